package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.backuphelper.source.Progress;
import dev.backuphelper.source.sqlite.SqliteSource.ConnectionHook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;

/**
 * The defects of the driver that shaped this package. A test that fails after an update tells that
 * a defect is gone, and that what works around it may go too.
 */
@Timeout(60)
class DriverDefectsTest {
  private static final int BUSY = 5;
  private static final int CANNOT_OPEN = 14;
  private static final int NOT_A_DATABASE = 26;

  private final Connector connector = new Connector(ConnectionHook.NONE);

  @TempDir private Path folder;
  private Path database;
  private Path image;

  @BeforeEach
  void prepare() {
    database = TestDatabase.create(folder.resolve("app.db"), JournalMode.DELETE);
    image = TestDatabase.create(folder.resolve("image"), JournalMode.DELETE, 4096, 300, "new");
  }

  private int copy(String destination, Duration patience) throws SQLException {
    try (SQLiteConnection from = connector.image(image)) {
      return OnlineCopy.run(from, destination, patience, Progress.NONE);
    }
  }

  private static int restore(SQLiteConnection into, Path from) throws SQLException {
    return into.getDatabase().restore("main", from.toString(), null);
  }

  @Test
  void b1_restoreReportsSuccessWhenTheTargetIsLocked() throws SQLException {
    try (Connection holder = TestDatabase.open(database);
        SQLiteConnection into = connector.writer(database, Duration.ZERO)) {
      TestDatabase.run(holder, "BEGIN IMMEDIATE");
      assertThat(restore(into, image)).as("a lie").isZero();
      TestDatabase.run(holder, "ROLLBACK");
    }
    assertThat(TestDatabase.content(database)).isEqualTo("1000 old");
  }

  @Test
  void b2_restoreOfAnEmptyFileWipesTheDatabase() throws IOException, SQLException {
    Path empty = Files.createFile(folder.resolve("empty"));
    try (SQLiteConnection into = connector.writer(database, Duration.ZERO)) {
      assertThat(restore(into, empty)).isZero();
    }
    assertThat(TestDatabase.ask(database, "SELECT count(*) FROM sqlite_schema")).isEqualTo("0");
  }

  @Test
  void b3_backupReportsItsErrors() throws IOException, SQLException {
    Path garbage = folder.resolve("garbage");
    Files.write(garbage, new byte[4096]);

    assertThat(copy(folder.resolve("none/x").toString(), Duration.ZERO)).isEqualTo(CANNOT_OPEN);
    assertThat(copy(SqliteUri.of(folder.resolve("none"), "mode=rw"), Duration.ZERO))
        .isEqualTo(CANNOT_OPEN);
    assertThat(folder.resolve("none")).doesNotExist();
    assertThat(copy(garbage.toString(), Duration.ZERO)).isEqualTo(NOT_A_DATABASE);
  }

  @Test
  void b4_backupReturnsItsCodeAndDoesNotThrow() throws SQLException {
    try (Connection holder = TestDatabase.open(database)) {
      TestDatabase.run(holder, "BEGIN EXCLUSIVE");
      assertThat(copy(database.toString(), Duration.ZERO)).isEqualTo(BUSY);
    }
  }

  @Test
  void b5_anObserverThatThrowsIsKeptFromNativeCode() throws IOException, SQLException {
    Path copy = Files.createFile(folder.resolve("copy"));
    List<Long> calls = new ArrayList<>();
    try (SQLiteConnection from = connector.image(image)) {
      int code =
          OnlineCopy.run(
              from,
              copy.toString(),
              Duration.ZERO,
              (done, total) -> {
                calls.add(done);
                throw new AssertionError("never reaches native code");
              });
      assertThat(code).isZero();
    }
    assertThat(calls).hasSize(1);
    assertThat(TestDatabase.content(copy)).isEqualTo("300 new");
  }

  @Test
  void b5_aCopyCannotBeInterrupted() throws IOException, SQLException {
    Path copy = Files.createFile(folder.resolve("copy"));
    try (SQLiteConnection from = connector.image(image)) {
      DB handle = from.getDatabase();
      DB.ProgressObserver interrupting = (remaining, pageCount) -> interrupt(handle);
      assertThat(handle.backup("main", copy.toString(), interrupting, 1, 1, 5)).isZero();
    }
    assertThat(TestDatabase.content(copy)).isEqualTo("300 new");
  }

  private static void interrupt(DB handle) {
    try {
      handle.interrupt();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void b6_patienceIsForTheWholeCopy() throws SQLException {
    try (Connection holder = TestDatabase.open(database)) {
      TestDatabase.run(holder, "BEGIN EXCLUSIVE");
      long start = System.nanoTime();

      assertThat(copy(database.toString(), Duration.ofMillis(400))).isEqualTo(BUSY);

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(350), Duration.ofSeconds(20));
    }
  }

  @Test
  void b7_theStatementFormCannotQuoteAndBreaks() throws SQLException {
    try (SQLiteConnection from = connector.image(image);
        Statement statement = from.createStatement()) {
      assertThat(statement.execute("backup to '" + folder.resolve("copy") + "'")).isFalse();
      assertThatNullPointerException().isThrownBy(statement::getUpdateCount);
    }
  }

  @Test
  void b8_aCopyHasItsOwnConnection() throws Exception {
    Path copy = Files.createFile(folder.resolve("copy"));
    AtomicBoolean answered = new AtomicBoolean();
    try (Connection application = TestDatabase.open(database);
        var snapshot = SqliteSource.of(database).open(Orders.PATIENCE)) {
      snapshot.copyTo(
          copy,
          (done, total) ->
              answered.set(TestDatabase.ask(application, "SELECT count(*) FROM t").equals("1000")));
    }
    assertThat(answered).isTrue();
  }

  @Test
  void b9_serializeIsNotUsed() throws IOException {
    assertThat(LiveFileAccessTest.methodsCalled()).isNotEmpty().doesNotContain("serialize");
  }
}
