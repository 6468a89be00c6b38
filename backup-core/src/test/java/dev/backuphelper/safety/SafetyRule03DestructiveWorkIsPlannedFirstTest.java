package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.crash.CrashingProcess;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.Scenario;
import dev.backuphelper.crash.WatchedStore;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.report.RecoverReport.Action;
import dev.backuphelper.store.local.LocalStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule 3: a destructive operation of several steps writes its plan first. Killed before the first
 * write to a target it is undone; after that it is finished, unless a finished target changed
 * since. Resolved only by recover or an explicit restore.
 */
@Timeout(120)
class SafetyRule03DestructiveWorkIsPlannedFirstTest {
  private static final String OLD = "ok: old x 80";
  private static final String NEW = "ok: new x 40";
  private static final List<String> BOTH = List.of("a.db", "b.db");

  @TempDir private Path folder;
  private World world;
  private BackupHelper backups;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    Scenario.RESTORE_TWO.prepare(world);
    backups = world.backups(BOTH);
  }

  private void crashRestoreAt(String step) throws InterruptedException {
    CrashingProcess.crash(Scenario.RESTORE_TWO, world, "restore: " + step);
  }

  private List<String> contents() {
    return BOTH.stream().map(name -> LiveDatabase.contentUntouched(world.database(name))).toList();
  }

  private Path plan(String name) {
    return world.database(name + ".backup-open.json");
  }

  @Test
  void restore_writesItsPlanBesideEveryTargetBeforeItTouchesOne() {
    List<String> seen = new ArrayList<>();
    BackupHelper watched =
        world
            .builder(BOTH)
            .listener(
                event -> {
                  if (event instanceof BackupEvent.Step step
                      && step.step().equals("phase-writing")) {
                    seen.add(
                        contents() + " " + BOTH.stream().map(this::plan).allMatch(Files::exists));
                    assertThat(LiveDatabase.names(world.store()))
                        .anyMatch(n -> n.startsWith(".open-"));
                  }
                })
            .build();

    watched.restore(World.manual(backups).get(0));

    assertThat(seen).containsExactly(List.of(OLD, OLD) + " true", List.of(NEW, OLD) + " true");
    assertThat(BOTH).noneMatch(name -> Files.exists(plan(name)));
    assertThat(backups.openPlans()).isEmpty();
  }

  @Test
  void removal_listsWhatItRemovesBeforeTheFirstArtifactGoes() {
    backups.create();
    BackupId oldest = World.manual(backups).get(0);
    List<String> done = new ArrayList<>();
    BackupHelper watched =
        world
            .builder(BOTH)
            .store(new WatchedStore(LocalStore.in(world.store()), done::add))
            .build();

    // By force, so that nothing is read, and recorded, of those that stay.
    watched.delete(List.of(oldest), true, false);

    assertThat(done)
        .startsWith("store renamed backup-metadata." + oldest + ".json")
        .endsWith("store deleted .deleted-" + oldest + ".json");
  }

  @Test
  void killedBeforeTheFirstWrite_isUndone() throws Exception {
    crashRestoreAt("plan-written b.db");
    assertThat(backups.openPlans()).hasSize(1);

    RecoverReport report = backups.recover();

    assertThat(report.resolved())
        .extracting(RecoverReport.Resolved::action)
        .containsOnly(Action.UNDONE);
    assertThat(contents()).containsExactly(OLD, OLD);
    assertThat(backups.openPlans()).isEmpty();
  }

  @Test
  void killedAfterTheFirstWrite_isFinished() throws Exception {
    crashRestoreAt("target-done a.db");
    assertThat(contents()).containsExactly(NEW, OLD);

    RecoverReport report = backups.recover();

    assertThat(report.resolved())
        .extracting(RecoverReport.Resolved::action)
        .containsOnly(Action.FINISHED);
    assertThat(contents()).containsExactly(NEW, NEW);
    assertThat(backups.openPlans()).isEmpty();
  }

  /** It is finished with what it began with, or not unasked. */
  @Test
  void restoreOfAFileThatChangedSince_isNotFinished() throws Exception {
    World other = World.in(folder.resolve("other"), World.SMALL);
    Scenario.RESTORE_FILE.prepare(other);
    CrashingProcess.crash(Scenario.RESTORE_FILE, other, "restore: phase-writing a.db");
    Path plain = other.folder().resolve("plain.db");
    Path former = Files.copy(plain, other.folder().resolve("former.db"));
    LiveDatabase.fill(plain, "another", World.SMALL);
    BackupHelper helper = other.backups(List.of("a.db"));

    RecoverReport asked = helper.recover();

    assertThat(asked.resolved()).isEmpty();
    assertThat(asked.open()).hasSize(1);
    assertThat(asked.open().get(0).code()).isEqualTo(ErrorCode.REFUSED);
    assertThat(asked.open().get(0).reason()).contains("plain.db holds something else");
    assertThat(asked.open().get(0).hint()).contains("--keep");
    assertThat(LiveDatabase.contentUntouched(other.database("a.db"))).isEqualTo(OLD);

    Files.move(former, plain, StandardCopyOption.REPLACE_EXISTING);
    assertThat(helper.recover().resolved())
        .extracting(RecoverReport.Resolved::action)
        .containsExactly(Action.FINISHED);
    assertThat(LiveDatabase.contentUntouched(other.database("a.db"))).isEqualTo(NEW);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\u0000", ""})
  void planWhoseStoreIsNoPlace_isUnusable_andStopsNothingElse(String location) throws Exception {
    crashRestoreAt("target-done a.db");
    String plan = Files.readString(plan("a.db"));
    String store = "\"source_store\" : \"" + world.store() + "\"";
    assertThat(plan).contains(store);
    Files.writeString(plan("a.db"), plan.replace(store, "\"source_store\" : \"" + location + "\""));

    RecoverReport report = backups.recover();

    assertThat(report.resolved()).isEmpty();
    assertThat(report.open())
        .isNotEmpty()
        .allMatch(open -> open.reason().contains("cannot be used"));
  }

  /** Whoever wanted it unverified, because nothing better is there, wants it so to the end. */
  @Test
  void restoreThatWasNotToVerify_isFinishedLikeThat() throws Exception {
    crashRestoreAt("target-done a.db");
    BackupId id = World.manual(backups).get(0);
    Path manifest = world.store().resolve("backup-metadata." + id + ".json");
    Files.writeString(manifest, Files.readString(manifest) + "\n");
    assertThat(backups.recover().open()).hasSize(1);
    for (String name : BOTH) {
      String plan = Files.readString(plan(name));
      assertThat(plan).contains("\"verified\" : true");
      Files.writeString(plan(name), plan.replace("\"verified\" : true", "\"verified\" : false"));
    }

    RecoverReport report = backups.recover();

    assertThat(report.open()).isEmpty();
    assertThat(contents()).containsExactly(NEW, NEW);
  }

  @Test
  void finishedTargetChangedSince_nothingIsTouchedUnasked() throws Exception {
    crashRestoreAt("target-done a.db");
    LiveDatabase.run(world.database("a.db"), "INSERT INTO t(tag) VALUES ('mine')");

    RecoverReport report = backups.recover();

    assertThat(report.resolved()).isEmpty();
    assertThat(report.open()).hasSize(1);
    assertThat(report.open().get(0).reason()).contains("changed", "--restore", "--keep");
    assertThat(contents()).containsExactly("ok: mine x 1, new x 40", OLD);
    assertThat(backups.openPlans()).hasSize(1);

    backups.recover(new RecoverRequest(null, RecoverChoice.KEEP, false));
    assertThat(backups.openPlans()).isEmpty();
    assertThat(contents()).containsExactly("ok: mine x 1, new x 40", OLD);
  }

  @Test
  void everythingElse_leavesTheOpenTargetsAlone() throws Exception {
    crashRestoreAt("target-done a.db");
    byte[] planBefore = Harm.bytes(plan("b.db"));
    BackupHelper others = world.backups(List.of(World.BYSTANDER));

    others.create();
    others.cleanOld(1);
    others.verifyAll();
    others.compare(World.manual(backups).get(0));
    others.usage();

    assertThat(contents()).containsExactly(NEW, OLD);
    assertThat(Harm.bytes(plan("b.db"))).isEqualTo(planBefore);
    assertThat(others.openPlans()).as("and it is told").hasSize(1);
    assertThat(others.openPlans().get(0).sentence()).contains("backup recover");
  }

  @Test
  void explicitRestoreOfAllTargets_resolvesIt() throws Exception {
    crashRestoreAt("target-done a.db");

    backups.restore(World.manual(backups).get(0));

    assertThat(contents()).containsExactly(NEW, NEW);
    assertThat(backups.openPlans()).isEmpty();
    assertThat(backups.recover().resolved()).isEmpty();
  }

  @Test
  void explicitRestoreOfOneOfTheTargets_isRefused() throws Exception {
    crashRestoreAt("target-done a.db");
    RestoreRequest one =
        RestoreRequest.of(World.manual(backups).get(0)).component(new SourceName("a.db")).build();

    assertThatThrownBy(() -> backups.restore(one))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("is open");

    assertThat(contents()).containsExactly(NEW, OLD);
    assertThat(backups.openPlans()).hasSize(1);
  }
}
