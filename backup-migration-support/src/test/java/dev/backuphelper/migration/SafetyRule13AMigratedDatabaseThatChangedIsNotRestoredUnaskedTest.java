package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.report.RecoverReport.Action;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 13 for migrations: before any automatic restore the state found is kept as a SAFETY backup.
 * If a database (its file or its log) changed later than two heartbeats after its marker's last
 * one, nothing is restored automatically, and both ways out are named.
 */
@Timeout(120)
class SafetyRule13AMigratedDatabaseThatChangedIsNotRestoredUnaskedTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
  private static final long TWO_HEARTBEATS_MILLIS = 2000;
  private static final String HALF = "CREATE TABLE half(a)";

  @TempDir private Path folder;
  private GuardedDatabase app;
  private String before;

  @BeforeEach
  void prepare() {
    app = GuardedDatabase.create(folder, "delete");
    before = app.state();
  }

  /** Lets somebody write after the crash. */
  private void writeAfterCrash() {
    app.sql("INSERT INTO item(name) VALUES ('written after the crash')");
    app.setChanged(app.database(), TWO_HEARTBEATS_MILLIS + 1);
  }

  private RefusedException refusedRun() {
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () -> app.guard().run("again", () -> app.sql("CREATE TABLE never(a)")));
    assertThat(refused).isNotNull();
    return refused;
  }

  @Test
  void databaseChangedLater_staysAsItIs_andBothWaysOutAreNamed() {
    BackupId safety = app.crash(OnCrash.RESTORE, HALF);
    writeAfterCrash();
    String now = app.state();
    app.setChanged(app.database(), TWO_HEARTBEATS_MILLIS + 1);

    RefusedException refused = refusedRun();

    assertThat(refused)
        .hasMessage(
            "not migrated: %s changed after migration version-2 was interrupted, so nothing is"
                    .formatted(app.database())
                + " overwritten unasked; put backup %s there with --restore,".formatted(safety)
                + " or keep what is there with --keep");
    String command = "backup recover %s --dir %s".formatted(safety, app.store());
    assertThat(refused.hint())
        .hasValue(
            "Put the backup\'s content there: %s --restore; or keep what is there: %s --keep"
                .formatted(command, command));
    assertThat(app.state()).isEqualTo(now);
    assertThat(app.marker()).exists();
    assertThat(app.safetyBackups()).hasSize(1);
  }

  @Test
  void recover_doesNotRestoreUnaskedEither() {
    app.crash(OnCrash.RESTORE, HALF);
    writeAfterCrash();

    RecoverReport report = app.guard().recover();

    assertThat(report.resolved()).isEmpty();
    assertThat(report.open()).hasSize(1);
    assertThat(app.state()).contains("written after the crash");
  }

  @Test
  void logChangedLater_countsAsWell() throws Exception {
    app.sql("PRAGMA journal_mode=wal");
    try (Connection reader = Sql.open(app.database())) {
      Sql.ask(reader, "SELECT count(*) FROM item");
      app.crash(OnCrash.RESTORE, HALF);
      app.setChanged(app.database(), 0);
      app.setChanged(Sql.beside(app.database(), "-wal"), TWO_HEARTBEATS_MILLIS + 1);

      assertThat(refusedRun()).hasMessageContaining("changed after");
      assertThat(Sql.ask(reader, "SELECT count(*) FROM half")).isEqualTo("0");
    }
  }

  /** To open a database with a log is enough to make an empty one. */
  @Test
  void databaseThatWasOnlyRead_isRestored() throws Exception {
    app.sql("PRAGMA journal_mode=wal");
    String unharmed = app.state();
    app.crash(OnCrash.RESTORE, HALF);
    Path log = Sql.beside(app.database(), "-wal");
    assertThat(log).doesNotExist();
    try (Connection reader = Sql.open(app.database())) {
      Sql.ask(reader, "SELECT count(*) FROM half");
      assertThat(log).isEmptyFile();
      app.setChanged(log, TWO_HEARTBEATS_MILLIS + 1);

      assertThat(app.guard().recover().open()).isEmpty();
    }
    assertThat(app.state()).isEqualTo(unharmed);
  }

  @Test
  void changedWithinTwoHeartbeats_isRestored_andTheStateFoundIsKept() throws Exception {
    BackupId safety = app.crash(OnCrash.RESTORE, HALF);
    String found = app.state();
    app.setChanged(app.database(), TWO_HEARTBEATS_MILLIS);

    assertThat(app.guard().withPending(() -> false).run("again", () -> {}).outcome())
        .isEqualTo(Outcome.NOTHING_PENDING);

    assertThat(app.state()).isEqualTo(before);
    List<Backup> kept = app.safetyBackups();
    assertThat(kept).hasSize(2).allMatch(backup -> backup.kind() == BackupKind.SAFETY);
    assertThat(kept.get(1).id()).isEqualTo(safety);
    assertThat(app.stateIn(kept.get(0).id())).isEqualTo(found);
    assertThat(app.beside()).isEmpty();
  }

  @Test
  void restore_whenItIsSaid_keepsWhatWasWritten_andTheNextMigrationRuns() throws Exception {
    app.crash(OnCrash.RESTORE, HALF);
    writeAfterCrash();
    String found = app.state();
    app.setChanged(app.database(), TWO_HEARTBEATS_MILLIS + 1);

    RecoverReport report = app.recover(RecoverChoice.RESTORE);

    assertThat(report.open()).isEmpty();
    assertThat(report.resolved().get(0).action()).isEqualTo(Action.RESTORED);
    assertThat(app.state()).isEqualTo(before);
    BackupId kept = new BackupId(report.resolved().get(0).safetyBackup().orElseThrow());
    assertThat(app.stateIn(kept)).isEqualTo(found);
    requireNextMigrationRuns();
  }

  @Test
  void keep_whenItIsSaid_touchesNothing_andTheNextMigrationRuns() {
    app.crash(OnCrash.RESTORE, HALF);
    writeAfterCrash();
    String found = app.state();
    app.setChanged(app.database(), TWO_HEARTBEATS_MILLIS + 1);

    RecoverReport report = app.recover(RecoverChoice.KEEP);

    assertThat(report.open()).isEmpty();
    assertThat(report.resolved().get(0).action()).isEqualTo(Action.KEPT);
    assertThat(app.state()).isEqualTo(found);
    requireNextMigrationRuns();
  }

  private void requireNextMigrationRuns() {
    assertThat(app.guard().run("next", () -> app.sql("CREATE TABLE next(a)")).outcome())
        .isEqualTo(Outcome.MIGRATED);
    assertThat(app.beside()).isEmpty();
    assertThat(app.backups().openPlans()).isEmpty();
  }

  @Test
  void databaseThatWasMissing_andThatSomebodyFilledLater_stays() {
    GuardedDatabase fresh = GuardedDatabase.at(folder.resolve("fresh"));
    fresh.crash(OnCrash.RESTORE, "CREATE TABLE half(a)");
    fresh.sql("INSERT INTO half VALUES ('written after the crash')");
    fresh.setChanged(fresh.database(), TWO_HEARTBEATS_MILLIS + 1);

    assertThat(
            catchThrowableOfType(
                RefusedException.class, () -> fresh.guard().run("again", () -> {})))
        .hasMessageContaining("changed after");
    assertThat(fresh.state()).contains("written after the crash");

    assertThat(fresh.recover(RecoverChoice.RESTORE).open()).isEmpty();
    assertThat(fresh.database()).doesNotExist();
    assertThat(fresh.safetyBackups()).hasSize(1);
  }

  /** Whoever copies a file may keep its time. */
  @Test
  void databaseThatWasCopiedOver_withTheTimeOfTheCopy_staysAsItIs() throws Exception {
    app.crash(OnCrash.RESTORE, HALF);
    app.sql("INSERT INTO item(name) VALUES ('copied over it')");
    Files.setLastModifiedTime(app.database(), LONG_AGO);

    assertThat(refusedRun()).hasMessageContaining("changed after");

    assertThat(app.state()).contains("copied over it");
  }

  @Test
  void databaseThatWasMovedToWhereNoneWas_stays() throws Exception {
    GuardedDatabase fresh = GuardedDatabase.at(folder.resolve("fresh"));
    fresh.crash(OnCrash.RESTORE);
    Files.setLastModifiedTime(app.database(), LONG_AGO);
    Files.move(app.database(), fresh.database(), StandardCopyOption.REPLACE_EXISTING);

    assertThat(
            catchThrowableOfType(
                RefusedException.class, () -> fresh.guard().run("again", () -> {})))
        .hasMessageContaining("changed after");

    assertThat(fresh.state()).isEqualTo(before);
  }

  /** A recovery that takes the place of the marker knows how it found the database. */
  @Test
  void databaseThatWasCopiedOver_afterARecoveryDiedToo_staysAsItIs() throws Exception {
    app.crash(OnCrash.RESTORE, HALF);
    BackupHelper dying =
        app.builder()
            .listener(
                event -> {
                  if (event instanceof BackupEvent.Step step
                      && step.step().equals("plan-written")) {
                    throw new AssertionError("killed");
                  }
                })
            .build();
    assertThatThrownBy(dying::recover).hasMessage("killed");
    app.sql("INSERT INTO item(name) VALUES ('copied over it')");
    Files.setLastModifiedTime(app.database(), LONG_AGO);

    assertThat(refusedRun()).hasMessageContaining("changed after");

    assertThat(app.state()).contains("copied over it");
  }

  /** What was changed since may have a time before the last heartbeat. */
  @Test
  void clockThatWasSetBackSince_isAsked() throws Exception {
    app.crash(OnCrash.RESTORE, HALF);
    Files.setLastModifiedTime(
        app.marker(), FileTime.from(Instant.now().plus(Duration.ofMinutes(10))));
    app.sql("INSERT INTO item(name) VALUES ('written after the crash')");

    assertThat(refusedRun())
        .hasMessageContaining("the clock was set back since migration version-2 was interrupted")
        .hasMessageContaining("--restore");

    assertThat(app.state()).contains("written after the crash");
  }

  @Test
  void failedMigration_leavesWhatItMadeAsASafetyBackup() throws Exception {
    RuntimeException failure = new RuntimeException("half way");
    String[] left = new String[1];

    Throwable thrown =
        org.assertj.core.api.Assertions.catchThrowable(
            () ->
                app.guard()
                    .run(
                        "failing",
                        () -> {
                          app.sql(HALF);
                          left[0] = app.state();
                          throw failure;
                        }));

    MigrationReport report = MigrationReport.of(thrown).orElseThrow();
    assertThat(app.stateIn(report.failedState().orElseThrow())).isEqualTo(left[0]);
    assertThat(app.state()).isEqualTo(before);
  }
}
