package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.local.LocalStore;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.Folders;
import dev.backuphelper.testing.SmallDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A disk that is full before, in, or after a migration. A small disk is really filled where one can
 * be mounted; elsewhere SQLite and the store are told that there is no more room.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FullDiskTest {
  private static final int DISK_MEGABYTES = 6;
  private static final int PAGE = 1024;

  private Path root;
  private Path small;
  private Optional<SmallDisk> disk;

  @BeforeEach
  void mount() throws IOException {
    root = Folders.create();
    small = Files.createDirectory(root.resolve("small"));
    disk = SmallDisk.mount(small, DISK_MEGABYTES);
  }

  @AfterEach
  void unmount() throws IOException {
    if (disk.isPresent()) {
      disk.get().close();
    }
    Folders.delete(root);
  }

  private static GuardedDatabase create(Path folder, String mode) {
    GuardedDatabase app = GuardedDatabase.create(folder, mode);
    app.sql(
        "CREATE TABLE ballast(b)",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 300)"
            + " INSERT INTO ballast SELECT zeroblob(900) FROM r");
    return app;
  }

  /** The helper of a database on the small disk, whose backups are elsewhere. */
  private BackupHelper elsewhere(GuardedDatabase app) {
    return BackupHelper.builder()
        .source(SqliteSource.of(app.database()))
        .directory(root.resolve("elsewhere"))
        .lockTimeout(Duration.ofSeconds(2))
        .build();
  }

  /** Fills the disk in one transaction, or in many. */
  private void fill(GuardedDatabase app, boolean committing) {
    try (Connection connection = Sql.open(app.database())) {
      if (disk.isEmpty()) {
        Sql.run(connection, "PRAGMA max_page_count=" + 2 * Files.size(app.database()) / PAGE);
      }
      Sql.run(connection, committing ? "SELECT 1" : "BEGIN");
      while (true) {
        Sql.run(connection, "INSERT INTO ballast SELECT randomblob(900) FROM item LIMIT 50");
      }
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void migrationThatFillsTheDiskInOneTransaction_isUndone(String mode) {
    GuardedDatabase app = create(small, mode);
    String before = app.state();

    Throwable thrown =
        catchThrowable(() -> MigrationGuard.of(elsewhere(app)).run("fill", () -> fill(app, false)));

    assertThat(thrown).hasMessageContaining("full");
    assertThat(MigrationReport.of(thrown).orElseThrow().outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(app.state()).isEqualTo(before);
    assertThat(app.beside()).isEmpty();
  }

  /** What is migrated without protection must not be undone by a recovery. */
  @Test
  void markersThatCannotAllBeWritten_areAllRemoved() {
    GuardedDatabase first = GuardedDatabase.create(root.resolve("first"), "delete");
    GuardedDatabase second = create(small, "delete");
    List<Path> markers = List.of(first.marker(), second.marker());
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(first.database()))
            .source(SqliteSource.of(second.database()))
            .directory(root.resolve("elsewhere"))
            .listener(event -> fillOnceMarked(event, first.database()))
            .build();

    MigrationReport report =
        MigrationGuard.of(backups)
            .withPolicy(GuardPolicy.lenient())
            .run(
                "both",
                () -> assertThat(markers.stream().filter(Files::exists).count()).isIn(0L, 2L));

    assertThat(report.outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(report.warnings().isEmpty()).isEqualTo(disk.isEmpty());
    assertThat(markers).noneMatch(Files::exists);
    assertThat(backups.openPlans()).isEmpty();
  }

  private void fillOnceMarked(BackupEvent event, Path database) {
    if (disk.isPresent()
        && event instanceof BackupEvent.Step step
        && step.step().equals("marker-writing")
        && step.subject().equals(database.toString())) {
      try {
        disk.get().leave(0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** What was committed has taken the room that undoing it needs; once there is some, it works. */
  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void migrationThatFillsTheDiskForGood_isUndone_ifOnlyLater(String mode) throws IOException {
    GuardedDatabase app = create(small, mode);
    String before = app.state();
    BackupHelper backups = elsewhere(app);
    // So much can be freed afterwards.
    Path other = small.resolve("other-file");
    if (disk.isPresent()) {
      Files.write(other, new byte[4 << 20]);
    }

    Throwable thrown =
        catchThrowable(() -> MigrationGuard.of(backups).run("fill", () -> fill(app, true)));

    assertThat(thrown).hasMessageContaining("full");
    MigrationReport report = MigrationReport.of(thrown).orElseThrow();
    if (disk.isPresent()) {
      assertThat(report.outcome()).isEqualTo(Outcome.RESTORE_FAILED);
      assertThat(thrown.getSuppressed()[0]).hasMessageContaining("no room for the restore in ");
      assertThat(((BackupException) thrown.getSuppressed()[0]).hint())
          .hasValueSatisfying(
              hint ->
                  assertThat(hint)
                      .contains("Free some space", "backup recover ")
                      .doesNotContain("nothing was changed"));
      assertThat(backups.openPlans()).hasSize(1);
      assertThat(backups.find(report.safetyBackup().orElseThrow())).isPresent();
      Files.delete(other);
      assertThat(MigrationGuard.of(backups).recover().open()).isEmpty();
    } else {
      assertThat(report.outcome()).isEqualTo(Outcome.RESTORED);
    }
    assertThat(app.state()).isEqualTo(before);
    assertThat(backups.openPlans()).isEmpty();
  }

  /** With little room it is not begun; with enough it is undone. There is nothing in between. */
  @Test
  void migrationIsBegunOnlyIfThereIsRoomToUndoIt() throws IOException {
    GuardedDatabase app = create(small, "delete");
    String before = app.state();
    int refused = 0;
    int undone = 0;
    long step = 4_000_000 / Effort.of(12, 100);
    for (long room = 0; undone < 3; room += step) {
      Throwable thrown = catchThrowable(migrationThatFails(app, room)::run);
      free();
      if (thrown instanceof BackupException failure) {
        refused++;
        assertThat(failure.code())
            .as("%d bytes free: %s", room, thrown)
            .isEqualTo(ErrorCode.NO_SPACE);
      } else {
        undone++;
        assertThat(MigrationReport.of(thrown).orElseThrow().outcome())
            .as("%d bytes free: %s", room, java.util.Arrays.toString(thrown.getSuppressed()))
            .isEqualTo(Outcome.RESTORED);
      }
      assertThat(app.state()).as("%d bytes free", room).isEqualTo(before);
      assertThat(app.beside()).as("%d bytes free", room).isEmpty();
      assertThat(app.backups().openPlans()).isEmpty();
      assertThat(Folders.names(app.store()))
          .noneMatch(name -> name.matches("\\.(staging|intent|deleted|open)-.*"));
      Folders.delete(app.store());
    }
    Effort.report(
        "%s: refused %d times, undone %d times"
            .formatted(disk.isPresent() ? "on a small disk" : "without a mount", refused, undone));
    assertThat(refused).isGreaterThanOrEqualTo(2);
  }

  private interface Work {
    void run() throws Exception;
  }

  private Work migrationThatFails(GuardedDatabase app, long room) throws IOException {
    Store store = LocalStore.in(app.store());
    if (disk.isPresent()) {
      disk.get().leave(room);
    } else {
      store = mock(Store.class, delegatesTo(store));
      doReturn(room).when(store).usableSpace();
    }
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(app.database()))
            .store(store)
            .lockTimeout(Duration.ofSeconds(2))
            .build();
    return () ->
        MigrationGuard.of(backups)
            .run(
                "small",
                () -> {
                  app.sql("UPDATE item SET price = price + 1", "DROP TABLE part");
                  throw new IllegalStateException("as it was meant to");
                });
  }

  private void free() throws IOException {
    if (disk.isPresent()) {
      disk.get().free();
    }
  }
}
