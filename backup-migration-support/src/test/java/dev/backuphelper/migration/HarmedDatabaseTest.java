package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The migration harms the file itself: what it left is kept, the former content is there again. The
 * harm is done to closed files, as another program would do it.
 */
@Timeout(120)
class HarmedDatabaseTest {
  @TempDir private Path folder;
  private GuardedDatabase app;

  @BeforeEach
  void prepare() {
    app = GuardedDatabase.create(folder, "wal");
  }

  /** What happens to the file. */
  enum Harm {
    /** It is no database any more. */
    OVERWRITTEN {
      @Override
      void to(Path database) throws IOException {
        Files.writeString(database, "this is no database\n".repeat(500));
      }
    },
    /** Its first page is lost. */
    HEADER_LOST {
      @Override
      void to(Path database) throws IOException {
        overwrite(database, 0, new byte[1024]);
      }
    },
    /** Some pages in the middle are lost. */
    PAGES_LOST {
      @Override
      void to(Path database) throws IOException {
        byte[] nonsense = new byte[3 * 1024];
        Arrays.fill(nonsense, (byte) 0x5a);
        overwrite(database, 2 * 1024, nonsense);
      }
    },
    /** Its end is lost. */
    CUT {
      @Override
      void to(Path database) throws IOException {
        try (FileChannel channel = FileChannel.open(database, StandardOpenOption.WRITE)) {
          channel.truncate(Files.size(database) / 2 + 100);
        }
      }
    },
    /** It is empty. */
    EMPTIED {
      @Override
      void to(Path database) throws IOException {
        Files.write(database, new byte[0]);
      }
    },
    /** It is gone. */
    DELETED {
      @Override
      void to(Path database) throws IOException {
        Files.delete(database);
      }
    },
    /** Another database has its name. */
    REPLACED {
      @Override
      void to(Path database) throws IOException {
        Path other = database.resolveSibling("../other.db");
        Sql.run(other, "PRAGMA page_size=4096", "CREATE TABLE theirs(a)");
        Files.move(other, database, StandardCopyOption.REPLACE_EXISTING);
      }
    },
    /** A file with its own content is given another's log. */
    FOREIGN_LOG {
      @Override
      void to(Path database) throws IOException {
        Files.writeString(Sql.beside(database, "-wal"), "no log at all");
        Files.writeString(Sql.beside(database, "-journal"), "no journal at all");
      }
    };

    abstract void to(Path database) throws IOException;

    private static void overwrite(Path database, long at, byte[] bytes) throws IOException {
      try (FileChannel channel = FileChannel.open(database, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(bytes), at);
      }
    }
  }

  static Stream<Arguments> harms() {
    return Stream.of("delete", "wal")
        .flatMap(mode -> Stream.of(Harm.values()).map(harm -> Arguments.of(mode, harm)));
  }

  @ParameterizedTest
  @MethodSource("harms")
  void failingMigration_isUndone_andWhatItLeftIsKept(String mode, Harm harm) {
    app.sql("PRAGMA journal_mode=" + mode);
    String before = app.state();
    IllegalStateException failure = new IllegalStateException("as it was meant to");

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .<Exception>run(
                        GuardedDatabase.LABEL,
                        () -> {
                          app.sql("CREATE TABLE half(a)");
                          harm.to(app.database());
                          throw failure;
                        }));

    assertThat(thrown).isSameAs(failure);
    requireUndone(before, thrown);
  }

  /** That nothing was thrown does not make it a good migration. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"REPLACED", "FOREIGN_LOG"})
  void migrationThatThrowsNothing_failsItsChecks(Harm harm) {
    String before = app.state();

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard().<IOException>run(GuardedDatabase.LABEL, () -> harm.to(app.database())));

    assertThat(thrown)
        .isInstanceOf(MigrationFailedException.class)
        .hasMessageContaining("failed its checks");
    requireUndone(before, thrown);
  }

  private void requireUndone(String before, Throwable thrown) {
    MigrationReport report = MigrationReport.of(thrown).orElseThrow();
    assertThat(report.outcome()).as("%s", report).isEqualTo(Outcome.RESTORED);
    List<String> aside =
        app.beside().stream().filter(name -> name.startsWith("app.db.broken-")).toList();
    assertThat(app.beside()).containsExactlyElementsOf(aside);
    if (!aside.isEmpty()) {
      assertThat(report.warnings().toString() + thrown + Arrays.toString(thrown.getSuppressed()))
          .contains("cannot be read, and is kept as " + Sql.beside(app.database(), ".broken-"));
    }
    assertThat(app.state()).isEqualTo(before);
    assertThat(app.backups().openPlans()).isEmpty();
    assertThat(app.guard().run("corrected", () -> app.sql("CREATE TABLE half(a)")).outcome())
        .isEqualTo(Outcome.MIGRATED);
  }

  @Test
  void garbage_isKeptAside_byteForByte() throws Exception {
    byte[] garbage =
        "only this is left".repeat(100).getBytes(java.nio.charset.StandardCharsets.UTF_8);

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .<Exception>run(
                        GuardedDatabase.LABEL,
                        () -> {
                          Files.write(app.database(), garbage);
                          throw new IllegalStateException("as it was meant to");
                        }));

    assertThat(MigrationReport.of(thrown).orElseThrow().failedState()).isEmpty();
    String kept = app.beside().first();
    assertThat(Files.readAllBytes(app.database().resolveSibling(kept))).isEqualTo(garbage);
  }

  @Test
  void replacedDatabase_thatIsSound_isTheMigration() throws Exception {
    MigrationReport report =
        app.guard().<IOException>run("swap", () -> Harm.REPLACED.to(app.database()));

    assertThat(report.outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(app.state()).contains("theirs");
    assertThat(app.beside()).isEmpty();
  }

  /** Two files of one name: in a backup of one of them it has that name, of both it has not. */
  @Test
  void databasesOfOneName_ofWhichOneIsMissing_areUndone() throws Exception {
    Path missing = Files.createDirectory(folder.resolve("other")).toRealPath().resolve("app.db");
    String before = app.state();
    BackupHelper both =
        BackupHelper.builder()
            .source(SqliteSource.of(app.database()))
            .source(SqliteSource.of(missing))
            .directory(app.store())
            .build();

    Throwable thrown =
        catchThrowable(
            () ->
                MigrationGuard.of(both)
                    .run(
                        "both",
                        () -> {
                          app.sql("DROP TABLE item");
                          Sql.run(missing, "CREATE TABLE t(a)");
                          throw new IllegalStateException("as it was meant to");
                        }));

    assertThat(MigrationReport.of(thrown).orElseThrow().outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(app.state()).isEqualTo(before);
    assertThat(missing).doesNotExist();
  }

  /** A tool makes its tables when it is asked what is pending. */
  @Test
  void databaseThatTheProbeMakes_isBackedUp() {
    GuardedDatabase fresh = GuardedDatabase.at(folder.resolve("fresh"));
    List<String> before = new ArrayList<>();

    Throwable thrown =
        catchThrowable(
            () ->
                fresh
                    .guard()
                    .withPending(
                        () -> {
                          fresh.sql("CREATE TABLE history(a)", "INSERT INTO history VALUES (1)");
                          return before.add(fresh.state());
                        })
                    .run(
                        "v1",
                        () -> {
                          fresh.sql("DELETE FROM history");
                          throw new IllegalStateException("as it was meant to");
                        }));

    assertThat(MigrationReport.of(thrown).orElseThrow().outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(before).containsExactly(fresh.state());
    assertThat(fresh.beside()).isEmpty();
  }

  @Test
  void emptyFileThatTheProbeMakes_isGoneAgain() {
    GuardedDatabase fresh = GuardedDatabase.at(folder.resolve("fresh"));

    Throwable thrown =
        catchThrowable(
            () ->
                fresh
                    .guard()
                    .withPending(() -> Files.createFile(fresh.database()).isAbsolute())
                    .run(
                        "v1",
                        () -> {
                          fresh.sql("CREATE TABLE t(a)");
                          throw new IllegalStateException("as it was meant to");
                        }));

    assertThat(MigrationReport.of(thrown).orElseThrow().outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(fresh.database()).doesNotExist();
    assertThat(fresh.beside()).isEmpty();
  }
}
