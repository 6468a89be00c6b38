package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backuphelper.internal.io.OpenFiles;
import dev.backuphelper.source.Progress;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.Target.Written;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Safety rule 8: a restore is seen by connections that are open, here and in other processes. */
@Timeout(60)
class OpenConnectionsTest {
  @TempDir private Path folder;
  private Path database;
  private Path image;

  @BeforeEach
  void prepare() throws IOException {
    database = folder.toRealPath().resolve("app.db");
    image = folder.resolve("image");
  }

  private Written restore(JournalMode recorded, Duration patience) throws IOException {
    return SqliteSource.of(database)
        .target()
        .write(Orders.order(image, database, recorded, patience, Progress.NONE));
  }

  private static Stream<Arguments> combinations() {
    return Stream.of(JournalMode.values())
        .flatMap(
            present ->
                Stream.of(JournalMode.values()).map(recorded -> Arguments.of(present, recorded)));
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void write_isSeenByOpenConnections(JournalMode present, JournalMode recorded) throws Exception {
    TestDatabase.create(database, present);
    Modes.set(database, "rw-rw----");
    Object key = DatabaseFile.key(database);
    createImage(recorded);
    try (Connection here = TestDatabase.open(database);
        PreparedStatement prepared = here.prepareStatement(TestDatabase.CONTENT);
        SqlProcess there = SqlProcess.open(database)) {
      assertThat(TestDatabase.ask(here, TestDatabase.CONTENT)).isEqualTo("1000 old");
      assertThat(there.ask(TestDatabase.CONTENT)).isEqualTo("1000 old");

      assertThat(restore(recorded, Orders.PATIENCE)).isEqualTo(Written.WRITTEN_THROUGH);

      assertThat(TestDatabase.ask(here, TestDatabase.CONTENT)).isEqualTo("300 new");
      assertThat(firstText(prepared)).isEqualTo("300 new");
      assertThat(there.ask(TestDatabase.CONTENT)).isEqualTo("300 new");
      TestDatabase.run(here, "INSERT INTO t(tag) VALUES ('here')");
      assertThat(there.ask("INSERT INTO t(tag) VALUES ('there')")).isEqualTo("done");
      assertThat(TestDatabase.ask(here, "PRAGMA integrity_check")).isEqualTo("ok");
      assertThat(there.ask("PRAGMA journal_mode")).isEqualTo(present.key());
      assertThat(TestDatabase.ask(here, "PRAGMA journal_mode")).isEqualTo(present.key());
    }
    assertThat(TestDatabase.content(database)).isEqualTo("302 here,new,there");
    assertThat(TestDatabase.journalMode(database)).isEqualTo(present.key());
    assertThat(TestDatabase.beside(database)).isEmpty();
    assertThat(DatabaseFile.key(database)).isEqualTo(key);
    Modes.assertMode(database, "rw-rw----");
  }

  /** An image as a snapshot makes it, with a schema of its own. */
  private void createImage(JournalMode recorded) throws IOException {
    Path source = TestDatabase.create(folder.resolve("source"), recorded, 4096, 300, "new");
    TestDatabase.run(source, "ALTER TABLE t ADD COLUMN extra", "CREATE TABLE more(x)");
    Files.createFile(image);
    try (var snapshot = SqliteSource.of(source).open(Orders.PATIENCE)) {
      snapshot.copyTo(image, Progress.NONE);
    }
  }

  private static String firstText(PreparedStatement prepared) throws SQLException {
    try (ResultSet rows = prepared.executeQuery()) {
      return rows.getString(1);
    }
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void write_whileAnotherProcessWrites_isBusyAndChangesNothing(JournalMode mode) throws Exception {
    TestDatabase.create(database, mode);
    TestDatabase.create(image, JournalMode.DELETE, 4096, 300, "new");
    try (SqlProcess there = SqlProcess.open(database)) {
      assertThat(there.ask("BEGIN IMMEDIATE")).isEqualTo("done");

      assertThatExceptionOfType(SourceBusyException.class)
          .isThrownBy(() -> restore(mode, Duration.ofMillis(100)))
          .withMessage(database + " is locked by another connection");

      assertThat(there.ask("COMMIT")).isEqualTo("done");
    }
    assertThat(TestDatabase.content(database)).isEqualTo("1000 old");
    assertThat(TestDatabase.beside(database)).isEmpty();
  }

  @Test
  void write_whileAnotherProcessReadsARollbackDatabase_isBusyAndChangesNothing() throws Exception {
    TestDatabase.create(database, JournalMode.DELETE);
    TestDatabase.create(image, JournalMode.DELETE, 4096, 300, "new");
    try (SqlProcess there = SqlProcess.open(database)) {
      there.ask("BEGIN");
      there.ask(TestDatabase.CONTENT);

      assertThatExceptionOfType(SourceBusyException.class)
          .isThrownBy(() -> restore(JournalMode.DELETE, Duration.ofMillis(100)));

      assertThat(there.ask(TestDatabase.CONTENT)).isEqualTo("1000 old");
      there.ask("COMMIT");
    }
    assertThat(TestDatabase.content(database)).isEqualTo("1000 old");
    assertThat(TestDatabase.beside(database)).isEmpty();
  }

  @Test
  void write_whileAnotherProcessReadsAWalDatabase_isSeenAfterItsTransaction() throws Exception {
    TestDatabase.create(database, JournalMode.WAL);
    TestDatabase.create(image, JournalMode.DELETE, 4096, 300, "new");
    try (SqlProcess there = SqlProcess.open(database)) {
      there.ask("BEGIN");
      assertThat(there.ask(TestDatabase.CONTENT)).isEqualTo("1000 old");

      assertThat(restore(JournalMode.DELETE, Orders.PATIENCE)).isEqualTo(Written.WRITTEN_THROUGH);

      assertThat(there.ask(TestDatabase.CONTENT)).isEqualTo("1000 old");
      there.ask("COMMIT");
      assertThat(there.ask(TestDatabase.CONTENT)).isEqualTo("300 new");
    }
    assertThat(TestDatabase.beside(database)).isEmpty();
  }

  @Test
  void write_waitsForTheOtherProcess() throws Exception {
    TestDatabase.create(database, JournalMode.DELETE);
    TestDatabase.create(image, JournalMode.DELETE, 4096, 300, "new");
    try (SqlProcess there = SqlProcess.open(database)) {
      there.ask("BEGIN IMMEDIATE");
      Thread writer = new Thread(() -> restoreOrFail(Duration.ofSeconds(30)), "restore");
      writer.start();
      Awaitility.await().until(() -> isCopying(writer));

      there.ask("COMMIT");
      writer.join();
    }
    assertThat(TestDatabase.content(database)).isEqualTo("300 new");
  }

  private void restoreOrFail(Duration patience) {
    try {
      restore(JournalMode.DELETE, patience);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isCopying(Thread thread) {
    return Stream.of(thread.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(OnlineCopy.class.getName()));
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void write_ofOtherPageSize_worksOnAnIdleDatabase(JournalMode mode) throws Exception {
    TestDatabase.create(database, mode);
    TestDatabase.create(image, JournalMode.DELETE, 1024, 300, "new");

    assertThat(restore(JournalMode.DELETE, Orders.PATIENCE)).isEqualTo(Written.WRITTEN_THROUGH);

    assertThat(TestDatabase.beside(database)).isEmpty();
    assertThat(ImageFile.sameContent(database, image)).isTrue();
    assertThat(TestDatabase.journalMode(database)).isEqualTo(mode.key());
    assertThat(TestDatabase.ask(database, "PRAGMA page_size")).isEqualTo("1024");
    assertThat(TestDatabase.beside(database)).isEmpty();
  }

  @Test
  void write_ofOtherPageSize_isSeenByIdleConnectionsWithoutLog() throws Exception {
    TestDatabase.create(database, JournalMode.DELETE);
    TestDatabase.create(image, JournalMode.DELETE, 16384, 300, "new");
    try (Connection here = TestDatabase.open(database);
        SqlProcess there = SqlProcess.open(database)) {
      TestDatabase.ask(here, TestDatabase.CONTENT);
      there.ask(TestDatabase.CONTENT);

      restore(JournalMode.WAL, Orders.PATIENCE);

      assertThat(TestDatabase.ask(here, TestDatabase.CONTENT)).isEqualTo("300 new");
      assertThat(there.ask(TestDatabase.CONTENT)).isEqualTo("300 new");
      assertThat(there.ask("INSERT INTO t(tag) VALUES ('there')")).isEqualTo("done");
      assertThat(TestDatabase.ask(here, "PRAGMA integrity_check")).isEqualTo("ok");
    }
  }

  @Test
  void write_ofOtherPageSize_isRefusedWhileALogIsInUse() throws Exception {
    TestDatabase.create(database, JournalMode.WAL);
    TestDatabase.create(image, JournalMode.DELETE, 1024, 300, "new");
    try (SqlProcess there = SqlProcess.open(database)) {
      there.ask(TestDatabase.CONTENT);

      assertThatExceptionOfType(SourceBusyException.class)
          .isThrownBy(() -> restore(JournalMode.DELETE, Duration.ofMillis(100)))
          .withMessage(database + " cannot change its journal mode while it is in use");

      assertThat(there.ask("PRAGMA journal_mode")).isEqualTo("wal");
      assertThat(there.ask("INSERT INTO t(tag) VALUES ('there')")).isEqualTo("done");
    }
    assertThat(TestDatabase.content(database)).isEqualTo("1001 old,there");
    assertThat(TestDatabase.beside(database)).isEmpty();
  }

  @Test
  void users_ofAFile_areTold() throws Exception {
    org.assertj.core.api.Assumptions.assumeThat(Path.of("/proc/self/fd")).isDirectory();
    TestDatabase.create(database, JournalMode.DELETE);
    assertThat(OpenFiles.users(database)).isEmpty();
    assertThat(OpenFiles.users(folder.resolve("none"))).isEmpty();
    try (SqlProcess there = SqlProcess.open(database);
        Connection here = TestDatabase.open(database)) {
      there.ask(TestDatabase.CONTENT);
      TestDatabase.ask(here, TestDatabase.CONTENT);

      assertThat(OpenFiles.users(database))
          .containsExactlyInAnyOrder(
              String.valueOf(there.pid()), String.valueOf(ProcessHandle.current().pid()));
    }
  }
}
