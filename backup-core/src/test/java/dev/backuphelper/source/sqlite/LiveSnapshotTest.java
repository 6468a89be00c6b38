package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.source.Progress;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.SourceFeature;
import dev.backuphelper.source.SourceUnreadableException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LiveSnapshotTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration IMPATIENCE = Duration.ofMillis(50);

  @TempDir private Path folder;
  private Path database;
  private Path image;

  @BeforeEach
  void prepare() throws IOException {
    database = folder.resolve("app.db");
    image = folder.resolve("image");
    PrivateFiles.create(image);
  }

  private void snapshot(Path source) throws IOException {
    try (Snapshot snapshot = SqliteSource.of(source).open(PATIENCE)) {
      snapshot.copyTo(image, Progress.NONE);
    }
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void copyTo_ofIdleDatabase_isEqualAndLeavesNothingBeside(JournalMode mode) throws IOException {
    TestDatabase.create(database, mode);

    snapshot(database);

    assertThat(TestDatabase.beside(database)).isEmpty();
    assertThat(TestDatabase.beside(image)).isEmpty();
    assertThat(TestDatabase.content(image)).isEqualTo("1000 old");
    assertThat(ImageFile.sameContent(database, image)).isTrue();
    assertThat(ImageFile.header(image)).hasValueSatisfying(h -> assertThat(h.wal()).isFalse());
    assertThat(TestDatabase.journalMode(database)).isEqualTo(mode.key());
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void facts_tellTheJournalModeOfTheDatabase(JournalMode mode) throws IOException {
    TestDatabase.create(database, mode);
    SqliteSource source = SqliteSource.of(database);

    try (Snapshot snapshot = source.open(PATIENCE)) {
      assertThat(snapshot.facts()).isEqualTo(Map.of("journal_mode", mode.key()));
      assertThat(snapshot.size()).isEqualTo(Files.size(database));
      assertThat(snapshot.engineVersion()).matches("3\\.\\d+\\.\\d+");
      assertThat(snapshot.features().contains(SourceFeature.SNAPSHOT_WITHOUT_BLOCKING))
          .isEqualTo(mode == JournalMode.WAL);
    }
    assertThat(TestDatabase.beside(database)).isEmpty();
  }

  @Test
  void copyTo_ofOpenWalDatabase_holdsTheLogAndLeavesItThere() throws Exception {
    TestDatabase.create(database, JournalMode.WAL);
    try (Connection writer = TestDatabase.open(database)) {
      TestDatabase.run(writer, "PRAGMA wal_autocheckpoint=0", "INSERT INTO t(tag) VALUES('log')");
      Path log = DatabaseFile.sidecar(database, "-wal");
      long size = Files.size(log);

      snapshot(database);

      assertThat(TestDatabase.content(image)).isEqualTo("1001 log,old");
      assertThat(Files.size(log)).isEqualTo(size);
      assertThat(TestDatabase.beside(database)).containsExactly("app.db-shm", "app.db-wal");
    }
  }

  @Test
  void copyTo_ofLogWhoseWriterDied_holdsItAndLeavesItThere() throws IOException {
    TestDatabase.createWithStaleLog(database, "old");

    snapshot(database);

    assertThat(TestDatabase.content(image)).isEqualTo("501 old");
    assertThat(DatabaseFile.sidecar(database, "-wal")).isNotEmptyFile();
  }

  @Test
  void copyTo_ofHotJournal_isTheStateBefore() throws IOException {
    TestDatabase.createWithHotJournal(database, "old");

    snapshot(database);

    assertThat(TestDatabase.content(image)).isEqualTo("500 old");
    assertThat(TestDatabase.beside(database)).isEmpty();
  }

  @Test
  void open_excludesLaterCommitsAndLetsWritersGoOn() throws Exception {
    TestDatabase.create(database, JournalMode.WAL);
    try (Connection writer = TestDatabase.open(database);
        Snapshot snapshot = SqliteSource.of(database).open(PATIENCE)) {
      TestDatabase.run(writer, "INSERT INTO t(tag) VALUES('later')");
      snapshot.copyTo(image, Progress.NONE);
      TestDatabase.run(writer, "INSERT INTO t(tag) VALUES('later')");
    }
    assertThat(TestDatabase.content(image)).isEqualTo("1000 old");
    assertThat(TestDatabase.content(database)).isEqualTo("1002 later,old");
  }

  @Test
  void close_afterTheLastWriterLeft_leavesNothingBeside() throws Exception {
    TestDatabase.create(database, JournalMode.WAL);
    Connection writer = TestDatabase.open(database);
    TestDatabase.ask(writer, TestDatabase.CONTENT);
    try (Snapshot snapshot = SqliteSource.of(database).open(PATIENCE)) {
      writer.close();
      snapshot.copyTo(image, Progress.NONE);
    }
    assertThat(TestDatabase.beside(database)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void copyTo_underAStormOfWriters_neverStartsOver(JournalMode mode) throws Exception {
    createAccounts(mode);
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong transfers = new AtomicLong();
    Thread writer = new Thread(() -> transfer(stop, transfers), "transfers");
    writer.start();
    try {
      for (int round = 0; round < 6; round++) {
        long before = transfers.get();
        Awaitility.await().until(() -> transfers.get() > before);
        List<Long> steps = copyWithSteps();
        assertThat(steps).as("no step goes back").isSorted().doesNotHaveDuplicates();
        assertThat(TestDatabase.ask(image, "SELECT sum(balance) FROM account")).isEqualTo("500000");
        assertThat(TestDatabase.ask(image, "PRAGMA quick_check")).isEqualTo("ok");
      }
    } finally {
      stop.set(true);
      writer.join();
    }
  }

  private void createAccounts(JournalMode mode) {
    TestDatabase.run(
        database,
        "PRAGMA page_size=512",
        "PRAGMA journal_mode=" + mode.key(),
        "CREATE TABLE account(id INTEGER PRIMARY KEY, balance INTEGER, pad BLOB)",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 5000)"
            + " INSERT INTO account SELECT i, 100, randomblob(1000) FROM r");
  }

  private void transfer(AtomicBoolean stop, AtomicLong transfers) {
    Random random = new Random(7);
    try (Connection connection = TestDatabase.open(database)) {
      TestDatabase.run(connection, "PRAGMA busy_timeout=20000", "PRAGMA synchronous=OFF");
      while (!stop.get()) {
        TestDatabase.run(
            connection,
            "BEGIN IMMEDIATE",
            "UPDATE account SET balance = balance - 1 WHERE id = " + (1 + random.nextInt(5000)),
            "UPDATE account SET balance = balance + 1 WHERE id = " + (1 + random.nextInt(5000)),
            "COMMIT");
        transfers.incrementAndGet();
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private List<Long> copyWithSteps() throws IOException {
    Files.delete(image);
    PrivateFiles.create(image);
    List<Long> steps = new ArrayList<>();
    try (Snapshot snapshot = SqliteSource.of(database).open(Duration.ofSeconds(20))) {
      snapshot.copyTo(image, (done, total) -> steps.add(done));
    }
    assertThat(steps).hasSizeGreaterThan(2);
    assertThat(steps.get(steps.size() - 1)).isEqualTo(Files.size(image));
    return steps;
  }

  @Test
  void copyTo_keepsTheImagePrivate() throws IOException {
    TestDatabase.create(database, JournalMode.WAL);

    snapshot(database);

    Modes.assertMode(image, "rw-------");
  }

  @Test
  void copyTo_twice_isTheSame() throws IOException {
    TestDatabase.create(database, JournalMode.WAL);
    Path second = folder.resolve("second");
    PrivateFiles.create(second);

    snapshot(database);
    try (Snapshot snapshot = SqliteSource.of(database).open(PATIENCE)) {
      snapshot.copyTo(second, (done, total) -> {});
    }

    assertThat(second).hasSameBinaryContentAs(image);
  }

  @Test
  void copyTo_withProgressThatThrows_goesOn() throws IOException {
    TestDatabase.create(database, JournalMode.WAL);

    try (Snapshot snapshot = SqliteSource.of(database).open(PATIENCE)) {
      snapshot.copyTo(
          image,
          (done, total) -> {
            throw new IllegalStateException("broken listener");
          });
    }

    assertThat(TestDatabase.content(image)).isEqualTo("1000 old");
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void copyTo_ofDamagedFirstPage_copiesWhatIsThere(JournalMode mode) throws IOException {
    TestDatabase.create(database, mode);
    TestDatabase.overwriteRandomly(database, 100, 3996, 11);

    try (Snapshot snapshot = SqliteSource.of(database).open(PATIENCE)) {
      assertThat(snapshot.facts()).containsEntry("journal_mode", mode.key());
      assertThat(snapshot.size()).isEqualTo(Files.size(database));
      snapshot.copyTo(image, Progress.NONE);
    }

    assertThat(ImageFile.sameContent(database, image)).isTrue();
    assertThat(TestDatabase.beside(database)).isEmpty();
  }

  /** A log that lost its end is read where SQLite knows that there are pages. */
  @Test
  void copyTo_whenTheDatabaseCannotBeRead_isUnreadable() throws Exception {
    TestDatabase.create(database, JournalMode.WAL);
    try (Connection writer = TestDatabase.open(database)) {
      TestDatabase.run(writer, "UPDATE t SET tag = 'logged'");
      try (Snapshot snapshot = SqliteSource.of(database).open(PATIENCE)) {
        TestDatabase.truncate(DatabaseFile.sidecar(database, "-wal"), 4000);

        assertThatExceptionOfType(SourceUnreadableException.class)
            .isThrownBy(() -> snapshot.copyTo(image, Progress.NONE))
            .withMessage(database + " cannot be read to its end: input or output failed (10)");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "q?m=1&x", "100%41", "h#sh", "it's", "\"q\"", "ü€😀", "file:x"})
  void copyTo_withAnyName_works(String name) throws IOException {
    assumeThat(File.separatorChar).as("Windows allows fewer names").isEqualTo('/');
    Path source = folder.resolve(name + ".db");
    Path copy = folder.resolve(name + ".image");
    PrivateFiles.create(copy);
    TestDatabase.create(source, JournalMode.WAL);

    try (Snapshot snapshot = SqliteSource.of(source).open(PATIENCE)) {
      snapshot.copyTo(copy, Progress.NONE);
    }

    assertThat(TestDatabase.content(copy)).isEqualTo("1000 old");
    assertThat(TestDatabase.list(folder)).containsExactlyInAnyOrder(source, copy, image);
  }

  @Test
  void open_ofGarbage_tellsThatTheFormatIsUnknown() throws IOException {
    Files.createFile(database);
    TestDatabase.overwriteRandomly(database, 0, 8192, 3);

    assertUnknownFormat();
  }

  @Test
  void open_ofText_tellsThatTheFormatIsUnknown() throws IOException {
    Files.writeString(database, "no database, but a letter");

    assertUnknownFormat();
  }

  @Test
  void open_ofOneByte_tellsThatTheFormatIsUnknown() throws IOException {
    Files.writeString(database, "x");

    assertUnknownFormat();
  }

  private void assertUnknownFormat() {
    assertThatExceptionOfType(SourceUnreadableException.class)
        .isThrownBy(() -> SqliteSource.of(database).open(PATIENCE))
        .withMessage(
            database
                + " is in a format that SQLite does not know: encrypted, or no database at all");
    assertThat(TestDatabase.beside(database)).isEmpty();
  }

  @Test
  void open_ofTruncated_isDamagedBeyondReading() throws IOException {
    TestDatabase.create(database, JournalMode.DELETE);
    TestDatabase.truncate(database, Files.size(database) / 2);

    assertThatExceptionOfType(SourceUnreadableException.class)
        .isThrownBy(() -> SqliteSource.of(database).open(PATIENCE))
        .withMessageStartingWith(database + " is damaged beyond reading: ");
  }

  @Test
  void open_ofEmptyFileWithJournal_isEmptyAfterRollback() throws IOException {
    Files.createFile(database);
    Files.writeString(DatabaseFile.sidecar(database, "-journal"), "no journal");

    assertThatExceptionOfType(SourceUnreadableException.class)
        .isThrownBy(() -> SqliteSource.of(database).open(PATIENCE))
        .withMessage(database + " is empty (0 bytes)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x"})
  void open_ofLostContentBesideALog_leavesTheLog(String content) throws IOException {
    Files.writeString(database, content);
    Path log = DatabaseFile.sidecar(database, "-wal");
    Files.writeString(log, "all that is left");

    assertThatExceptionOfType(SourceUnreadableException.class)
        .isThrownBy(() -> SqliteSource.of(database).open(PATIENCE))
        .withMessageContaining("only its log is left");
    assertThat(log).hasContent("all that is left");
  }

  @ParameterizedTest
  @EnumSource(JournalMode.class)
  void copyTo_whereNothingMayBeWritten_leavesNothingBeside(JournalMode mode) throws IOException {
    assumeThat(Modes.bindUs(folder)).as("modes bind this process").isTrue();
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Path file = TestDatabase.create(closed.resolve("app.db"), mode);
    Modes.set(file, "r--r--r--");
    for (String modeOfFolder : List.of("r-xr-xr-x", "rwxr-xr-x")) {
      Modes.set(closed, modeOfFolder);
      Files.delete(image);
      PrivateFiles.create(image);

      try (Snapshot snapshot = SqliteSource.of(file).open(PATIENCE)) {
        assertThat(snapshot.facts()).containsEntry("journal_mode", mode.key());
        snapshot.copyTo(image, Progress.NONE);
      }

      assertThat(TestDatabase.content(image)).isEqualTo("1000 old");
      assertThat(TestDatabase.list(closed)).containsExactly(file);
    }
  }

  @Test
  void copyTo_whereNothingMayBeWritten_noticesAWriter() throws IOException {
    assumeThat(Modes.bindUs(folder)).as("modes bind this process").isTrue();
    TestDatabase.create(database, JournalMode.WAL);
    Modes.set(database, "r--r--r--");

    try (Snapshot snapshot = SqliteSource.of(database).open(PATIENCE)) {
      Modes.set(database, "rw-r--r--");
      TestDatabase.run(database, "INSERT INTO t(tag) VALUES ('later')");

      assertThatExceptionOfType(SourceBusyException.class)
          .isThrownBy(() -> snapshot.copyTo(image, Progress.NONE))
          .withMessage(database + " was opened for writing while it was copied");
    }
  }

  @Test
  void open_whileLockedExclusively_isBusy() throws Exception {
    TestDatabase.create(database, JournalMode.DELETE);
    try (Connection writer = TestDatabase.open(database)) {
      TestDatabase.run(writer, "BEGIN EXCLUSIVE");

      assertThatExceptionOfType(SourceBusyException.class)
          .isThrownBy(() -> SqliteSource.of(database).open(IMPATIENCE))
          .withMessage(database + " is locked by another connection");
    }
  }

  @Test
  void open_waitsForALockUntilItsPatienceEnds() throws Exception {
    TestDatabase.create(database, JournalMode.DELETE);
    Connection writer = TestDatabase.open(database);
    TestDatabase.run(writer, "BEGIN EXCLUSIVE");
    AtomicBoolean opened = new AtomicBoolean();
    Thread reader =
        new Thread(
            () -> {
              try (Snapshot snapshot = SqliteSource.of(database).open(Duration.ofSeconds(30))) {
                opened.set(snapshot.size() > 0);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    reader.start();
    Awaitility.await().until(() -> inNativeCode(reader));

    TestDatabase.run(writer, "COMMIT");
    writer.close();
    reader.join();

    assertThat(opened).isTrue();
  }

  private static boolean inNativeCode(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    return stack.length > 0
        && stack[0].getClassName().endsWith("NativeDB")
        && List.of(stack).toString().contains("ReadTransaction.<init>");
  }

  @Test
  void open_missing_createsNothing() {
    assertThat(database).doesNotExist();
    assertThatExceptionOfType(java.nio.file.NoSuchFileException.class)
        .isThrownBy(() -> SqliteSource.of(database).open(PATIENCE));
    assertThat(database).doesNotExist();
  }

  @Test
  void copyTo_whenTheDiskIsFull_saysSo() {
    assertThat(SqliteFailure.of(database, 13)).hasMessageContaining("No space left on device");
    assertThat(SqliteFailure.of(database, 5)).isInstanceOf(SourceBusyException.class);
    assertThat(SqliteFailure.of(database, 10)).hasMessageContaining("SQLITE_IOERR (10)");
  }

  @Test
  void warning_isGivenForVersionsThatLoseCommits() {
    assertThat(SqliteVersion.isOlderThanGood("3.51.2")).isTrue();
    assertThat(SqliteVersion.isOlderThanGood("3.7.17")).isTrue();
    assertThat(SqliteVersion.isOlderThanGood("3.51.3")).isFalse();
    assertThat(SqliteVersion.isOlderThanGood("3.53.4")).isFalse();
    assertThat(SqliteVersion.isOlderThanGood("4.0")).isFalse();
  }
}
