package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationGuardTest {
  @TempDir Path folder;
  private Path database;
  private MigrationGuard guard;

  @BeforeEach
  void makeGuard() {
    database = folder.resolve("app.db");
    guard =
        MigrationGuard.of(
            BackupHelper.builder()
                .source(SqliteSource.of(database))
                .directory(folder.resolve("backups"))
                .build());
  }

  private void sql(String... statements) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aMigrationThatGoesWell_stays() {
    sql("CREATE TABLE t(a)", "INSERT INTO t VALUES (1)");

    MigrationReport report = guard.run("v2", () -> sql("ALTER TABLE t ADD COLUMN b"));

    assertThat(report.outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(report.safetyBackup()).isPresent();
    sql("SELECT b FROM t");
    assertThat(beside()).isEmpty();
    assertThat(guard.backups().openPlans()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void aMigrationThatFails_isUndoneWhole(String mode) throws Exception {
    sql("PRAGMA journal_mode=" + mode, "CREATE TABLE t(a)", "INSERT INTO t VALUES (1),(2)");
    String before = State.of(database);
    IllegalStateException thrown = new IllegalStateException("half way");

    Throwable failure =
        catchThrowable(
            () ->
                guard.run(
                    "v2",
                    () -> {
                      sql(
                          "CREATE TABLE more(b)",
                          "DROP TABLE t",
                          "CREATE VIEW v AS SELECT 1",
                          "PRAGMA user_version=7",
                          "PRAGMA journal_mode=" + (mode.equals("wal") ? "delete" : "wal"));
                      throw thrown;
                    }));

    assertThat(failure).isSameAs(thrown);
    MigrationReport report = MigrationReport.of(failure).orElseThrow();
    assertThat(report.outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(report.failedState()).isPresent();
    assertThat(State.of(database)).isEqualTo(before);
    assertThat(beside()).isEmpty();
    assertThat(guard.backups().openPlans()).isEmpty();
    assertThat(guard.run("v2", () -> sql("CREATE TABLE more(b)")).outcome())
        .isEqualTo(Outcome.MIGRATED);
  }

  @Test
  void aMissingDatabase_isMissingAgain() {
    assertThatThrownBy(
            () ->
                guard.run(
                    "v1",
                    () -> {
                      sql("CREATE TABLE t(a)");
                      throw new IllegalStateException("half way");
                    }))
        .hasMessage("half way");

    assertThat(database).doesNotExist();
    assertThat(beside()).isEmpty();
  }

  @Test
  void anEmptyDatabase_isEmptyAgain() throws Exception {
    Files.createFile(database);

    assertThatThrownBy(
            () ->
                guard.run(
                    "v1",
                    () -> {
                      sql("PRAGMA journal_mode=wal", "CREATE TABLE t(a)");
                      throw new IllegalStateException("half way");
                    }))
        .hasMessage("half way");

    assertThat(database).isEmptyFile();
    assertThat(beside()).isEmpty();
  }

  @Test
  void anEmptyDatabaseThatIsOpenElsewhere_losesItsTables() throws Exception {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = other.createStatement()) {
      statement.executeQuery("PRAGMA user_version").close();

      assertThatThrownBy(
              () ->
                  guard.run(
                      "v1",
                      () -> {
                        sql("CREATE TABLE t(a)");
                        throw new IllegalStateException("half way");
                      }))
          .hasMessage("half way")
          .satisfies(
              thrown ->
                  assertThat(MigrationReport.of(thrown).orElseThrow().warnings())
                      .containsExactly(
                          database.toRealPath()
                              + " is open elsewhere, so it stays a database, without tables"));

      try (ResultSet tables = statement.executeQuery("SELECT count(*) FROM sqlite_schema")) {
        assertThat(tables.getInt(1)).isZero();
      }
      statement.execute("CREATE TABLE t(a)");
    }
    assertThat(guard.run("v2", () -> sql("INSERT INTO t VALUES (1)")).outcome())
        .isEqualTo(Outcome.MIGRATED);
  }

  @Test
  void newBrokenForeignKeys_areAFailure_oldOnesAreNot() {
    sql(
        "CREATE TABLE parent(id INTEGER PRIMARY KEY)",
        "CREATE TABLE child(p REFERENCES parent(id))",
        "INSERT INTO child VALUES (5)");

    assertThat(guard.run("same", () -> sql("CREATE TABLE x(a)")).outcome())
        .isEqualTo(Outcome.MIGRATED);
    assertThatThrownBy(() -> guard.run("worse", () -> sql("INSERT INTO child VALUES (6)")))
        .isInstanceOf(MigrationFailedException.class)
        .hasMessageContaining("1 new broken foreign keys, in child -> parent");
  }

  @Test
  void aGuardInsideAGuard_isRefused() {
    sql("CREATE TABLE t(a)");

    assertThatThrownBy(
            () -> guard.run("outer", () -> guard.run("inner", () -> sql("DROP TABLE t"))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("migration outer");

    sql("SELECT * FROM t");
    assertThat(beside()).isEmpty();
  }

  @Test
  void nothingPending_makesNoBackup_andMigratesOnlyWhatHasAResult() {
    sql("CREATE TABLE t(a)");
    List<String> called = new ArrayList<>();
    MigrationGuard idle = guard.withPending(() -> false);

    MigrationReport report = idle.run("v2", () -> called.add("run"));
    String result = idle.call("v2", () -> "result");

    assertThat(report.outcome()).isEqualTo(Outcome.NOTHING_PENDING);
    assertThat(called).isEmpty();
    assertThat(result).isEqualTo("result");
    assertThat(folder.resolve("backups")).doesNotExist();
  }

  @Test
  void anInterruptedThread_isStillRestored_andStaysInterrupted() throws Exception {
    sql("CREATE TABLE t(a)");
    String before = State.of(database);

    Throwable failure =
        catchThrowable(
            () ->
                guard.<Integer, InterruptedException>call(
                    "v2",
                    () -> {
                      sql("DROP TABLE t");
                      Thread.currentThread().interrupt();
                      throw new InterruptedException("stop");
                    }));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure).isInstanceOf(InterruptedException.class);
    assertThat(State.of(database)).isEqualTo(before);
  }

  /** What lies beside the database, but for its lock file. */
  private List<String> beside() {
    String[] names = folder.toFile().list();
    return Arrays.stream(names == null ? new String[0] : names)
        .filter(name -> name.startsWith("app.db.") && !name.endsWith(".backup-lock"))
        .toList();
  }
}
