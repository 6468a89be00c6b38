package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.source.Target.Written;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule 1: verify before touching a target; verify again afterwards by content, not by return code.
 * Never roll back over what another connection committed meanwhile.
 */
@Timeout(60)
class SafetyRule01RestoreIsVerifiedBeforeAndAfterTest {
  @TempDir private Path folder;
  private World world;
  private Path database;
  private Backup backup;
  private final AtomicInteger writes = new AtomicInteger();

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    database = LiveDatabase.make(world.database("a.db"), "wal", "new", 40);
    backup = world.backups(List.of("a.db")).create();
    LiveDatabase.fill(database, "old", 80);
  }

  private BackupHelper writing(AlteredSource.Writing writing) {
    return BackupHelper.builder()
        .source(
            AlteredSource.writing(
                database,
                (target, order) -> {
                  writes.incrementAndGet();
                  return writing.write(target, order);
                }))
        .directory(world.store())
        .build();
  }

  private String content() {
    return LiveDatabase.content(database);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".sha256"})
  void artifactOrItsChecksumIsCorrupt_targetIsNotTouched(String suffix) {
    Harm.flipBit(LiveDatabase.sidecar(Harm.artifact(world, backup), suffix));

    requireRefused();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".sha256"})
  void manifestOrItsChecksumIsCorrupt_targetIsNotTouched(String suffix) {
    Path manifest = world.store().resolve("backup-metadata." + backup.id() + ".json" + suffix);
    Harm.flipBit(manifest);

    requireRefused();
  }

  private void requireRefused() {
    BackupHelper backups = writing((target, order) -> target.write(order));

    CorruptBackupException refused =
        catchThrowableOfType(CorruptBackupException.class, () -> backups.restore(backup.id()));

    assertThat(refused.code()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(writes).hasValue(0);
    assertThat(content()).isEqualTo("ok: old x 80");
    assertThat(backups.list()).as("not even a safety backup").hasSizeLessThan(2);
  }

  @Test
  void writeThatReportsSuccessButDidNothing_isNotBelieved() {
    RestoreReport report = writing((target, order) -> Written.WRITTEN_THROUGH).restore(backup.id());

    assertThat(report.contended()).isTrue();
    assertThat(writes).hasValue(3);
    assertThat(content()).isEqualTo("ok: old x 80");
  }

  @Test
  void goodWrite_isDoneOnceAndIsExact() {
    RestoreReport report = writing((target, order) -> target.write(order)).restore(backup.id());

    assertThat(report.contended()).isFalse();
    assertThat(writes).hasValue(1);
    assertThat(content()).isEqualTo("ok: new x 40");
  }

  @Test
  void anotherConnectionCommitsOnceMeanwhile_contentIsWrittenAgain() {
    RestoreReport report =
        writing(
                (target, order) -> {
                  Written how = target.write(order);
                  if (writes.get() == 1) {
                    LiveDatabase.run(database, "INSERT INTO t(tag) VALUES ('theirs')");
                  }
                  return how;
                })
            .restore(backup.id());

    assertThat(report.contended()).isFalse();
    assertThat(writes).hasValue(2);
    assertThat(content()).isEqualTo("ok: new x 40");
  }

  @Test
  void anotherConnectionGoesOnCommitting_itsWorkIsKeptAndTold() {
    RestoreReport report =
        writing(
                (target, order) -> {
                  Written how = target.write(order);
                  LiveDatabase.run(database, "INSERT INTO t(tag) VALUES ('theirs')");
                  return how;
                })
            .restore(backup.id());

    assertThat(report.outcome()).isEqualTo(RestoreOutcome.RESTORED);
    assertThat(report.contended()).isTrue();
    assertThat(writes).as("once, and at most twice again").hasValue(3);
    assertThat(content()).as("not rolled back over theirs").isEqualTo("ok: new x 40, theirs x 1");
  }

  @Test
  void whatIsThereAfterwardsIsUnsound_formerContentComesBack() {
    BackupHelper backups =
        writing(
            (target, order) -> {
              Written how = target.write(order);
              if (writes.get() == 1) {
                Harm.damage(database);
              }
              return how;
            });

    RestoreFailedException failure =
        catchThrowableOfType(RestoreFailedException.class, () -> backups.restore(backup.id()));

    assertThat(failure.outcome()).isEqualTo(RestoreOutcome.ROLLED_BACK);
    assertThat(failure.safetyBackup()).isPresent();
    assertThat(content()).isEqualTo("ok: old x 80");
    assertThat(backups.openPlans()).isEmpty();
  }

  /**
   * Restores two databases, of which the second cannot be written once somebody has committed to
   * the first.
   */
  private RestoreFailedException restoreTwoInVain(BackupId id) throws SQLException {
    List<Connection> others = new ArrayList<>();
    BackupHelper both =
        world
            .builder(List.of("a.db", "b.db"))
            .lockTimeout(Duration.ofMillis(300))
            .listener(
                event -> {
                  if (event instanceof BackupEvent.Step step && step.step().equals("target-done")) {
                    LiveDatabase.run(database, "INSERT INTO t(tag) VALUES ('theirs')");
                    Connection other = LiveDatabase.open(world.database("b.db"));
                    LiveDatabase.run(other, "BEGIN IMMEDIATE");
                    others.add(other);
                  }
                })
            .build();
    RestoreFailedException failure =
        catchThrowableOfType(RestoreFailedException.class, () -> both.restore(id));
    others.get(0).close();
    return failure;
  }

  private Backup backupOfTwo() {
    LiveDatabase.fill(database, "new", 40);
    LiveDatabase.make(world.database("b.db"), "delete", "new", 40);
    Backup two = world.backups(List.of("a.db", "b.db")).create();
    LiveDatabase.fill(database, "old", 80);
    LiveDatabase.fill(world.database("b.db"), "old", 80);
    return two;
  }

  private List<String> contents() {
    return List.of(content(), LiveDatabase.content(world.database("b.db")));
  }

  @ParameterizedTest
  @EnumSource(
      value = RecoverChoice.class,
      names = {"RESTORE", "KEEP"})
  void anotherConnectionCommitsToAFinishedTarget_thatIsNotUndone(RecoverChoice choice)
      throws Exception {
    BackupId id = backupOfTwo().id();
    BackupHelper backups = world.backups(List.of("a.db", "b.db"));

    RestoreFailedException failure = restoreTwoInVain(id);

    List<String> mixed = List.of("ok: new x 40, theirs x 1", "ok: old x 80");
    assertThat(contents()).isEqualTo(mixed);
    assertThat(failure.outcome()).isEqualTo(RestoreOutcome.UNKNOWN);
    assertThat(failure.hint().orElseThrow())
        .contains(
            "Somebody else has committed to [" + database.toRealPath() + "] since",
            "the safety backup " + failure.safetyBackup().orElseThrow(),
            "Choose: backup recover ",
            " --restore, or: backup recover ");
    assertThat(backups.openPlans()).hasSize(1);

    assertThat(backups.recover().open()).as("nothing is overwritten unasked").hasSize(1);
    assertThat(contents()).isEqualTo(mixed);

    assertThat(backups.recover(new RecoverRequest(null, choice, false)).open()).isEmpty();
    assertThat(contents())
        .isEqualTo(choice == RecoverChoice.KEEP ? mixed : List.of("ok: new x 40", "ok: new x 40"));
    assertThat(backups.openPlans()).isEmpty();
  }

  @Test
  void anotherConnectionCommitsWhereNothingWas_thatIsNotRemoved() throws Exception {
    BackupId id = backupOfTwo().id();
    Files.delete(database);

    RestoreFailedException failure = restoreTwoInVain(id);

    assertThat(failure.outcome()).isEqualTo(RestoreOutcome.UNKNOWN);
    assertThat(contents()).containsExactly("ok: new x 40, theirs x 1", "ok: old x 80");
  }

  @Test
  void anotherConnectionCommits_andTheSecondAttemptFails_theirWorkIsKept() {
    BackupHelper backups =
        writing(
            (target, order) -> {
              if (writes.get() > 1) {
                throw new IOException("failed on cue");
              }
              Written how = target.write(order);
              LiveDatabase.run(database, "INSERT INTO t(tag) VALUES ('theirs')");
              return how;
            });

    RestoreFailedException failure =
        catchThrowableOfType(RestoreFailedException.class, () -> backups.restore(backup.id()));

    assertThat(writes).hasValue(2);
    assertThat(failure.outcome()).isEqualTo(RestoreOutcome.UNKNOWN);
    assertThat(failure.safetyBackup()).isPresent();
    assertThat(content()).isEqualTo("ok: new x 40, theirs x 1");
  }

  @Test
  void writingFailsAfterAll_withoutSafetyBackup_isNotCalledUndone() {
    BackupHelper backups =
        writing(
            (target, order) -> {
              target.write(order);
              throw new IOException("failed on cue");
            });

    RestoreFailedException failure =
        catchThrowableOfType(
            RestoreFailedException.class,
            () -> backups.restore(RestoreRequest.of(backup.id()).withoutSafetyBackup().build()));

    assertThat(failure.outcome()).isEqualTo(RestoreOutcome.UNKNOWN);
    assertThat(failure.hint().orElseThrow()).contains("No safety backup was made.");
    assertThat(content()).isEqualTo("ok: new x 40");
  }
}
