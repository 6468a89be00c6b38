package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.crash.CrashingProcess;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.Scenario;
import dev.backuphelper.crash.World;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.report.RecoverReport.Action;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Rule 13: before any automatic restore the state found is kept as a SAFETY backup. If a database
 * (its file or its log) changed later than two heartbeats after the plan's last one, nothing is
 * restored automatically, and both ways out are named.
 */
@Timeout(120)
class SafetyRule13AChangedDatabaseIsNotRestoredUnaskedTest {
  private static final long TWO_HEARTBEATS_MILLIS = 2000;

  @TempDir private Path folder;
  private World world;
  private BackupHelper backups;
  private Path database;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    database = world.database("a.db");
    backups = world.backups(List.of("a.db"));
  }

  private void crash(Scenario restore) throws InterruptedException {
    restore.prepare(world);
    CrashingProcess.crash(restore, world, "restore: phase-writing a.db");
  }

  private Path plan() {
    return world.database("a.db.backup-open.json");
  }

  /** Makes it look as if a file had changed that long after the plan's last heartbeat. */
  private void setChanged(Path file, long millisAfterLastBeat) throws IOException {
    long lastBeat = Files.getLastModifiedTime(plan()).toMillis();
    Files.setLastModifiedTime(file, FileTime.fromMillis(lastBeat + millisAfterLastBeat));
  }

  private RecoverReport recover(RecoverChoice choice) {
    return backups.recover(new RecoverRequest(null, choice, false));
  }

  @Test
  void databaseChangedLater_staysAsItIs_andBothWaysOutAreNamed() throws Exception {
    crash(Scenario.RESTORE_ROLLBACK);
    LiveDatabase.run(database, "INSERT INTO t(tag) VALUES ('mine')");
    setChanged(database, TWO_HEARTBEATS_MILLIS + 1);

    RecoverReport report = backups.recover();

    assertThat(report.resolved()).isEmpty();
    assertThat(report.open()).hasSize(1);
    assertThat(report.open().get(0).reason())
        .contains(database + " changed after restore ", "--restore", "--keep");
    assertThat(LiveDatabase.content(database)).isEqualTo("ok: mine x 1, old x 80");
    assertThat(backups.openPlans()).hasSize(1);
  }

  @Test
  void logChangedLater_countsAsWell() throws Exception {
    crash(Scenario.RESTORE_WAL);
    Path log = LiveDatabase.sidecar(database, "-wal");
    assertThat(log).exists();
    setChanged(log, TWO_HEARTBEATS_MILLIS + 1);

    RecoverReport report = backups.recover();

    assertThat(report.resolved()).isEmpty();
    assertThat(report.open().get(0).reason()).contains("changed after");
    assertThat(LiveDatabase.contentUntouched(database)).isEqualTo("ok: old x 80");
  }

  @Test
  void changedWithinTwoHeartbeats_isFinished() throws Exception {
    crash(Scenario.RESTORE_ROLLBACK);
    setChanged(database, TWO_HEARTBEATS_MILLIS);

    RecoverReport report = backups.recover();

    assertThat(report.open()).isEmpty();
    assertThat(report.resolved().get(0).action()).isEqualTo(Action.FINISHED);
    assertThat(LiveDatabase.content(database)).isEqualTo("ok: new x 40");
  }

  @ParameterizedTest
  @EnumSource(
      value = RecoverChoice.class,
      names = {"PLANNED", "RESTORE"})
  void stateThatIsFound_isASafetyBackupBeforeItIsReplaced(RecoverChoice choice) throws Exception {
    crash(Scenario.RESTORE_ROLLBACK);
    List<BackupId> before = backups.list().stream().map(Backup::id).toList();
    LiveDatabase.run(database, "INSERT INTO t(tag) VALUES ('mine')");
    setChanged(database, choice == RecoverChoice.PLANNED ? 0 : 60_000);

    RecoverReport report = recover(choice);

    BackupId safety = new BackupId(report.resolved().get(0).safetyBackup().orElseThrow());
    assertThat(before).doesNotContain(safety);
    Backup kept = backups.find(safety).orElseThrow();
    assertThat(kept.kind()).isEqualTo(BackupKind.SAFETY);
    assertThat(LiveDatabase.contentUntouched(Harm.artifact(world, kept)))
        .isEqualTo("ok: mine x 1, old x 80");
    assertThat(LiveDatabase.content(database)).isEqualTo("ok: new x 40");
  }

  @Test
  void stateThatIsNoDatabase_isKeptAside() throws Exception {
    crash(Scenario.RESTORE_GARBAGE);

    assertThat(backups.recover().open()).isEmpty();

    assertThat(LiveDatabase.names(world.data()))
        .anyMatch(name -> name.matches("a\\.db\\.broken-[0-9-]+"))
        .anyMatch(name -> name.matches("a\\.db\\.broken-[0-9-]+-wal"));
  }

  @Test
  void keep_closesItAndTouchesNothing() throws Exception {
    crash(Scenario.RESTORE_ROLLBACK);
    LiveDatabase.run(database, "INSERT INTO t(tag) VALUES ('mine')");
    setChanged(database, 60_000);
    byte[] before = Harm.bytes(database);

    RecoverReport report = recover(RecoverChoice.KEEP);

    assertThat(report.resolved().get(0).action()).isEqualTo(Action.KEPT);
    assertThat(backups.openPlans()).isEmpty();
    assertThat(Harm.bytes(database)).isEqualTo(before);
    assertThat(plan()).doesNotExist();
  }

  @Test
  void dryRun_saysTheSameAndTouchesNothing() throws Exception {
    crash(Scenario.RESTORE_ROLLBACK);
    setChanged(database, 60_000);

    RecoverReport report = backups.recover(new RecoverRequest(null, RecoverChoice.PLANNED, true));

    assertThat(report.open().get(0).reason()).contains("changed after");
    setChanged(database, 0);
    assertThat(backups.recover(new RecoverRequest(null, RecoverChoice.PLANNED, true)).resolved())
        .hasSize(1);
    assertThat(LiveDatabase.content(database)).isEqualTo("ok: old x 80");
    assertThat(backups.openPlans()).hasSize(1);
  }

  @Test
  void databaseThatWasExchanged_isNotTheOneThePlanIsAbout() throws Exception {
    crash(Scenario.RESTORE_ROLLBACK);
    Path other = LiveDatabase.make(world.database("other.db"), "delete", "theirs", 3);
    setChanged(other, 0);
    Files.move(other, database, java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    RecoverReport report = backups.recover();

    assertThat(report.open().get(0).reason()).contains("copied or replaced");
    assertThat(LiveDatabase.content(database)).isEqualTo("ok: theirs x 3");
  }
}
