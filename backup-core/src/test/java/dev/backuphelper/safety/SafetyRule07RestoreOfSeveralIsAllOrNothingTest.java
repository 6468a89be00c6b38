package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.crash.CrashingProcess;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.Scenario;
import dev.backuphelper.crash.StoreDecorator;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.store.local.LocalStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 7: a restore of several sources is all or nothing once recovery has run. Its safety backup
 * is an ordinary backup and survives failures. Without one there is no restore, unless the caller
 * said so.
 */
@Timeout(120)
class SafetyRule07RestoreOfSeveralIsAllOrNothingTest {
  private static final String OLD = "ok: old x 80";
  private static final String NEW = "ok: new x 40";
  private static final List<String> BOTH = List.of("a.db", "b.db");

  @TempDir private Path folder;
  private World world;
  private BackupHelper backups;
  private BackupId id;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    Scenario.RESTORE_TWO.prepare(world);
    backups = world.builder(BOTH).lockTimeout(Duration.ofMillis(300)).build();
    id = World.manual(backups).get(0);
  }

  private List<String> contents() {
    return BOTH.stream().map(name -> LiveDatabase.content(world.database(name))).toList();
  }

  private static Connection locked(Path database) {
    Connection writer = LiveDatabase.open(database);
    LiveDatabase.run(writer, "BEGIN IMMEDIATE");
    return writer;
  }

  @Test
  void secondTargetCannotBeWritten_theFirstIsPutBack_andTheSafetyBackupStays() throws Exception {
    RestoreFailedException failure = restoreWhileSecondIsLocked();

    assertThat(failure.code()).isEqualTo(ErrorCode.LOCKED);
    assertThat(failure.outcome()).isEqualTo(RestoreOutcome.ROLLED_BACK);
    assertThat(contents()).containsExactly(OLD, OLD);
    assertThat(backups.openPlans()).isEmpty();
    Backup safety = backups.find(failure.safetyBackup().orElseThrow()).orElseThrow();
    assertThat(safety.kind()).isEqualTo(BackupKind.SAFETY);
    assertThat(safety.verified()).isTrue();
    assertThat(backups.verify(safety.id()).allValid()).isTrue();
  }

  @Test
  void safetyBackup_isListedAndRestoredLikeAnyOther() {
    BackupId safety = backups.restore(id).safetyBackup().orElseThrow();
    assertThat(contents()).containsExactly(NEW, NEW);
    assertThat(backups.list()).extracting(Backup::id).contains(safety);
    assertThat(backups.find(safety).orElseThrow().components()).hasSize(2);

    backups.restore(safety);

    assertThat(contents()).containsExactly(OLD, OLD);
  }

  /** The lock comes once the first target is written, so that there is something to put back. */
  private RestoreFailedException restoreWhileSecondIsLocked() throws Exception {
    Connection[] writer = new Connection[1];
    BackupHelper watched =
        world
            .builder(BOTH)
            .lockTimeout(Duration.ofMillis(300))
            .listener(
                event -> {
                  if (event instanceof BackupEvent.Step step && step.step().equals("target-done")) {
                    writer[0] = locked(world.database("b.db"));
                  }
                })
            .build();
    try {
      return catchThrowableOfType(RestoreFailedException.class, () -> watched.restore(id));
    } finally {
      writer[0].close();
    }
  }

  @Test
  void killedBetweenTheTargets_isToldAsOpenUntilRecoveryHasRun() throws Exception {
    CrashingProcess.crash(Scenario.RESTORE_TWO, world, "restore: target-done a.db");
    assertThat(contents()).containsExactly(NEW, OLD);
    assertThat(backups.openPlans()).hasSize(1);
    assertThat(backups.openPlans().get(0).sentence()).contains("a.db", "b.db", "is open");

    backups.recover();

    assertThat(contents()).containsExactly(NEW, NEW);
    assertThat(backups.openPlans()).isEmpty();
  }

  @Test
  void recoveryThatFails_leavesItOpen_andTheNextOneSucceeds() throws Exception {
    CrashingProcess.crash(Scenario.RESTORE_TWO, world, "restore: target-done a.db");
    try (Connection writer = locked(world.database("b.db"))) {
      RecoverReport report = backups.recover();

      assertThat(report.resolved()).isEmpty();
      assertThat(report.open()).hasSize(1);
      assertThat(backups.openPlans()).hasSize(1);
      LiveDatabase.run(writer, "ROLLBACK");
    }

    RecoverReport again = backups.recover();

    assertThat(again.open()).isEmpty();
    assertThat(contents()).containsExactly(NEW, NEW);
    assertThat(backups.openPlans()).isEmpty();
  }

  @Test
  void safetyBackupCannotBeMade_nothingIsRestored() {
    BackupHelper full =
        world.builder(BOTH).store(new StoreWithoutRoomForArtifacts(world.store())).build();

    BackupException failure = catchThrowableOfType(BackupException.class, () -> full.restore(id));

    assertThat(failure.code()).isEqualTo(ErrorCode.NO_SPACE);
    assertThat(contents()).containsExactly(OLD, OLD);
    assertThat(backups.openPlans()).isEmpty();
    assertThat(backups.list()).extracting(Backup::id).containsExactly(id);
  }

  @Test
  void callerSaidWithoutSafetyBackup_itIsRestoredWithoutOne() {
    assertThat(backups.restore(RestoreRequest.of(id).withoutSafetyBackup().build()).safetyBackup())
        .isEmpty();

    assertThat(contents()).containsExactly(NEW, NEW);
    assertThat(backups.list()).hasSize(1);
  }

  /** A disk that is full as soon as something is to be published. */
  private static final class StoreWithoutRoomForArtifacts extends StoreDecorator {
    StoreWithoutRoomForArtifacts(Path folder) {
      super(LocalStore.in(folder));
    }

    @Override
    public void put(String name, byte[] content) throws IOException {
      if (name.contains(".backup.")) {
        throw new IOException("No space left on device");
      }
      super.put(name, content);
    }
  }
}
