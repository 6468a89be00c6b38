package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.model.RecoverChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a failing migration had committed, the database is again exactly what it was. */
@Timeout(120)
class FailingMigrationTest {
  @TempDir private Path folder;

  static Stream<Arguments> mishaps() {
    return Stream.of("delete", "wal")
        .flatMap(mode -> Stream.of(Mishap.values()).map(mishap -> Arguments.of(mode, mishap)));
  }

  @ParameterizedTest
  @MethodSource("mishaps")
  void databaseIsWhatItWas_andTheCorrectedMigrationRuns(String mode, Mishap mishap) {
    GuardedDatabase app = GuardedDatabase.create(folder, mode);
    String before = app.state();
    IllegalStateException failure = new IllegalStateException("as it was meant to");

    Throwable thrown = catchThrowable(() -> fail(app, mishap, failure));

    requireUndone(app, before, thrown, failure);
    assertThat(app.guard().run("corrected", () -> app.sql(mishap.statements())).outcome())
        .isEqualTo(Outcome.MIGRATED);
  }

  private static void fail(GuardedDatabase app, Mishap mishap, RuntimeException failure) {
    app.guard()
        .run(
            GuardedDatabase.LABEL,
            () -> {
              app.sql(mishap.statements());
              throw failure;
            });
  }

  private static void requireUndone(
      GuardedDatabase app, String before, Throwable thrown, Throwable failure) {
    assertThat(thrown).isSameAs(failure);
    MigrationReport report = MigrationReport.of(thrown).orElseThrow();
    assertThat(report.outcome()).as("%s", report).isEqualTo(Outcome.RESTORED);
    assertThat(app.state()).isEqualTo(before);
    assertThat(app.beside()).isEmpty();
    assertThat(app.backups().openPlans()).isEmpty();
  }

  /** An unrelated connection is open before, while, and after; it is idle. */
  @ParameterizedTest
  @MethodSource("mishaps")
  void connectionThatIsOpen_seesWhatWas(String mode, Mishap mishap) throws Exception {
    GuardedDatabase app = GuardedDatabase.create(folder, mode);
    String before = app.state();
    IllegalStateException failure = new IllegalStateException("as it was meant to");
    try (Connection other = openedWithin(app, mishap, failure)) {
      assertThat(State.of(other)).as("what it saw").isNotEmpty();
      MigrationReport report = MigrationReport.of(failure).orElseThrow();
      if (report.outcome() == Outcome.RESTORE_FAILED) {
        requireRefusal(app, mishap, other, failure);
      } else {
        assertThat(withoutMode(State.of(other))).isEqualTo(withoutMode(before));
        boolean sameMode = State.of(other).equals(before);
        assertThat(report.warnings().toString().contains("stays as it is now"))
            .as("says so if the journal mode is another one")
            .isEqualTo(!sameMode);
      }
    }
    if (MigrationReport.of(failure).orElseThrow().outcome() == Outcome.RESTORE_FAILED) {
      List<String> found = new ArrayList<>();
      app.guard().run("next", () -> found.add(app.state()));
      assertThat(found).containsExactly(before);
    }
    assertThat(withoutMode(app.state())).isEqualTo(withoutMode(before));
  }

  /** Opened as late as the migration allows: another connection forbids some changes. */
  private static Connection openedWithin(
      GuardedDatabase app, Mishap mishap, IllegalStateException failure) {
    Connection[] other = new Connection[1];
    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .run(
                        GuardedDatabase.LABEL,
                        () -> {
                          app.sql(mishap.statements());
                          other[0] = Sql.open(app.database());
                          Sql.ask(other[0], "SELECT count(*) FROM sqlite_schema");
                          throw failure;
                        }));
    assertThat(thrown).isSameAs(failure);
    return other[0];
  }

  /** Where it cannot be restored, it says how to go on, and nothing is changed. */
  private static void requireRefusal(
      GuardedDatabase app, Mishap mishap, Connection other, Throwable failure) throws Exception {
    assertThat(mishap).isEqualTo(Mishap.PAGE_SIZE_WAL);
    MigrationFailedException told = (MigrationFailedException) failure.getSuppressed()[0];
    assertThat(told)
        .hasMessageContaining("cannot change its journal mode while it is in use")
        .hasMessageContaining("to restore by hand: backup restore ");
    assertThat(told.hint())
        .hasValueSatisfying(
            hint ->
                assertThat(hint)
                    .contains("Stop what uses the database")
                    .contains("backup recover ")
                    .contains("--restore"));
    assertThat(Sql.ask(other, "SELECT count(*) FROM part")).as("as it was left").isEqualTo("0");
    assertThat(Sql.ask(other, "PRAGMA page_size")).isEqualTo("8192");
    assertThat(app.marker()).exists();
    assertThat(app.backups().find(told.report().safetyBackup().orElseThrow())).isPresent();
  }

  private static String withoutMode(String state) {
    return state.substring(state.indexOf(']'));
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void connectionThatWasOpenBefore_seesWhatWas(String mode) throws Exception {
    GuardedDatabase app = GuardedDatabase.create(folder, mode);
    String before = app.state();
    IllegalStateException failure = new IllegalStateException("as it was meant to");
    try (Connection other = Sql.open(app.database())) {
      Sql.ask(other, "SELECT count(*) FROM item");

      assertThat(catchThrowable(() -> fail(app, Mishap.TABLES_LOST, failure))).isSameAs(failure);

      assertThat(State.of(other)).isEqualTo(before);
      Sql.run(other, "INSERT INTO item(name) VALUES ('later')");
    }
    assertThat(Sql.ask(app.database(), "SELECT max(name) FROM item")).isEqualTo("later");
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void failureOnTheFirstStatement_changesNothing(String mode) {
    GuardedDatabase app = GuardedDatabase.create(folder, mode);
    String before = app.state();

    Throwable thrown = catchThrowable(() -> app.guard().run("bad", () -> app.sql("CREATE TABEL")));

    requireUndone(app, before, thrown, thrown);
    assertThat(thrown).hasMessageContaining("syntax error");
  }

  @Test
  void openTransactionOfTheMigration_isNoObstacle() throws Exception {
    GuardedDatabase app = GuardedDatabase.create(folder, "wal");
    String before = app.state();
    IllegalStateException failure = new IllegalStateException("as it was meant to");
    Connection[] forgotten = new Connection[1];

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .run(
                        GuardedDatabase.LABEL,
                        () -> {
                          try (Connection migrating = Sql.open(app.database())) {
                            forgotten[0] = migrating;
                            Sql.run(migrating, "BEGIN IMMEDIATE", "DELETE FROM item");
                            throw failure;
                          }
                        }));

    requireUndone(app, before, thrown, failure);
    assertThat(forgotten[0].isClosed()).isTrue();
  }

  /**
   * The writer commits after the restore was refused; the next run undoes his work with the rest.
   */
  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void openTransactionOfAnotherConnection_isARefusal(String mode) throws Exception {
    GuardedDatabase app = GuardedDatabase.create(folder, mode);
    String before = app.state();
    IllegalStateException failure = new IllegalStateException("as it was meant to");
    try (Connection other = Sql.open(app.database())) {
      Throwable thrown =
          catchThrowable(
              () ->
                  app.guard()
                      .run(
                          GuardedDatabase.LABEL,
                          () -> {
                            app.sql("CREATE TABLE half(a)");
                            Sql.run(other, "BEGIN IMMEDIATE", "INSERT INTO half VALUES (1)");
                            throw failure;
                          }));

      assertThat(thrown).isSameAs(failure);
      MigrationFailedException told = (MigrationFailedException) thrown.getSuppressed()[0];
      assertThat(told.report().outcome()).isEqualTo(Outcome.RESTORE_FAILED);
      assertThat(told).hasMessageContaining("is locked by another connection");
      assertThat(told.hint())
          .hasValueSatisfying(hint -> assertThat(hint).contains("--restore").contains("Stop what"));
      Sql.run(other, "COMMIT");
      assertThat(Sql.ask(other, "SELECT count(*) FROM half")).isEqualTo("1");
    }
    assertThat(app.marker()).exists();
    List<String> found = new ArrayList<>();
    app.guard().run("next", () -> found.add(app.state()));
    assertThat(found).containsExactly(before);
    assertThat(app.beside()).isEmpty();
  }

  @Test
  void storeThatTheMigrationRemoved_isToBeBroughtBack() throws Exception {
    GuardedDatabase app = GuardedDatabase.create(folder.resolve("here"), "wal");
    String before = app.state();
    Path away = folder.resolve("away");

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .run(
                        GuardedDatabase.LABEL,
                        () -> {
                          app.sql("CREATE TABLE half(a)");
                          Files.move(app.store(), away);
                          throw new IllegalStateException("as it was meant to");
                        }));

    MigrationFailedException told = (MigrationFailedException) thrown.getSuppressed()[0];
    assertThat(told.report().outcome()).isEqualTo(Outcome.RESTORE_FAILED);
    assertThat(told).hasMessageNotContaining("to restore by hand");
    assertThat(told.hint().orElseThrow())
        .startsWith("Bring back the store %s, with that backup. Then: ".formatted(app.store()))
        .endsWith(" --restore");
    Files.move(away, app.store());
    assertThat(app.recover(RecoverChoice.RESTORE).open()).isEmpty();
    assertThat(app.state()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.INCLUDE,
      names = {"TABLES_LOST", "JOURNAL_MODE_WAL"})
  void readerWithAnOldMoment_keepsIt(Mishap mishap) throws Exception {
    GuardedDatabase app = GuardedDatabase.create(folder, "wal");
    String before = app.state();
    IllegalStateException failure = new IllegalStateException("as it was meant to");
    try (Connection reader = Sql.open(app.database())) {
      Sql.run(reader, "BEGIN");
      assertThat(Sql.ask(reader, "SELECT count(*) FROM item")).isEqualTo("200");

      Throwable thrown = catchThrowable(() -> fail(app, mishap, failure));

      assertThat(thrown).isSameAs(failure);
      assertThat(MigrationReport.of(thrown).orElseThrow().outcome()).isEqualTo(Outcome.RESTORED);
      assertThat(Sql.ask(reader, "SELECT count(*) FROM part")).isEqualTo("67");
      Sql.run(reader, "COMMIT");
      assertThat(State.of(reader)).isEqualTo(before);
    }
  }
}
