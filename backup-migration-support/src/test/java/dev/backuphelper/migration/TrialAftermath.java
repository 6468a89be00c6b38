package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.migration.fixture.CrashPoints;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.report.OpenPlan;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.testing.ChildJvm;
import dev.backuphelper.testing.Folders;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/** What must hold after a migrating process died, and after another one took up its work. */
final class TrialAftermath {
  /** How often a recovery asked because it could not tell who wrote last. */
  static final AtomicInteger ASKED = new AtomicInteger();

  private static final AtomicInteger COMPLETED = new AtomicInteger();

  // Of thousands under load hardly one did.
  private static final int MOST_ASK_ONE_OF = 20;

  private final TrialWorld world;
  private final BackupHelper backups;
  private final Map<String, String> before;
  private final Map<String, String> after;
  private final Set<BackupId> listed = new HashSet<>();

  /** Notes how things stand before the process starts. */
  TrialAftermath(TrialWorld world) throws Exception {
    this.world = world;
    backups = world.backups();
    before = world.states();
    after = migrated(world);
  }

  /** Returns the states of databases that were migrated without anything happening. */
  private static Map<String, String> migrated(TrialWorld world) throws Exception {
    TrialWorld other = TrialWorld.create(world.trial(), world.rows());
    try {
      other.databases().forEach(database -> world.trial().migration().run(database, step -> {}));
      return other.states();
    } finally {
      other.delete();
    }
  }

  /** Checks that hardly any recovery asked: a guard that asks each time protects from nothing. */
  static void requireFewAsked() {
    assertThat(ASKED.get())
        .as("of %s recoveries so many asked", COMPLETED)
        .isLessThanOrEqualTo(1 + COMPLETED.get() / MOST_ASK_ONE_OF);
  }

  /** Checks what a kill left, touching nothing. */
  void requireNothingLost() throws Exception {
    requireBackups();
    Map<String, String> now = new LinkedHashMap<>();
    for (Path database : world.databases()) {
      now.put(String.valueOf(database.getFileName()), State.ofUntouched(database));
    }
    if (!now.equals(before) && !now.equals(after)) {
      assertThat(backups.openPlans())
          .as("a mixture is known to be one: %s", now)
          .extracting(OpenPlan::kind)
          .contains(OpenPlan.Kind.MIGRATION);
      requireFormerContentIsSaved();
    }
  }

  private void requireBackups() {
    assertThat(backups.listing().unreadable()).isEmpty();
    List<BackupId> now = backups.list().stream().map(Backup::id).toList();
    assertThat(now).as("no safety backup is lost").containsAll(listed);
    listed.addAll(now);
  }

  private void requireFormerContentIsSaved() {
    if (Set.of(State.MISSING, State.EMPTY).containsAll(before.values())) {
      return;
    }
    Backup first = backups.list().get(backups.list().size() - 1);
    assertThat(first.kind()).isEqualTo(BackupKind.SAFETY);
    assertThat(backups.verify(first.id()).allValid()).isTrue();
  }

  /**
   * Lets another process take up the work, until it is done.
   *
   * @return whether it found the databases migrated already
   */
  boolean complete() throws Exception {
    String found = found(finish());
    boolean mayBeDone = !world.trial().isFailing() || world.trial().isKeeping();
    boolean done = mayBeDone && found.equals(MigratingProcess.found(after));
    if (!done) {
      assertThat(found).as("recovered").isEqualTo(MigratingProcess.found(before));
    }
    assertThat(world.states()).isEqualTo(after);
    requireTidy();
    return done;
  }

  /** Recovers before anybody migrates; what somebody has to decide stays open. */
  void recover() {
    assertThat(backups.recover().open())
        .allSatisfy(
            open -> assertThat(open.reason()).contains("nothing is to be restored unasked"));
  }

  private List<String> finish() throws InterruptedException {
    COMPLETED.incrementAndGet();
    List<String> said = run();
    boolean late = said.get(1).contains("changed after");
    boolean stopped = said.get(1).contains("nothing is to be restored unasked");
    if (late) {
      // A machine under load beats late; then a person has to say that nobody else wrote.
      ASKED.incrementAndGet();
    }
    if (late || stopped) {
      RecoverReport report =
          backups.recover(new RecoverRequest(null, RecoverChoice.RESTORE, false));
      assertThat(report.open()).isEmpty();
      said = run();
    }
    return said;
  }

  private List<String> run() throws InterruptedException {
    try (ChildJvm child = MigratingProcess.start(world, false, CrashPoints.NONE)) {
      List<String> said = child.readAll();
      assertThat(child.awaitExit()).as("said %s", said).isZero();
      return said;
    }
  }

  private static String found(List<String> said) {
    assertThat(said).hasSize(3).startsWith("ready");
    assertThat(said.get(2)).isIn("ended: migrated", "ended: nothing_pending");
    return said.get(1);
  }

  private void requireTidy() {
    assertThat(backups.openPlans()).isEmpty();
    RecoverReport nothing = backups.recover();
    assertThat(nothing.open()).isEmpty();
    assertThat(nothing.orphans()).isEmpty();
    assertThat(Folders.names(world.data())).isEqualTo(databasesAndLocks());
    assertThat(Folders.names(world.store()))
        .noneMatch(name -> name.matches("\\.(staging|intent|deleted|open)-.*"));
    requireBackups();
    assertThat(backups.verifyAll().files())
        .allSatisfy(file -> assertThat(file.error()).as(file.path()).isEmpty());
  }

  private Set<String> databasesAndLocks() {
    List<String> names = new ArrayList<>();
    for (Path database : world.databases()) {
      names.add(String.valueOf(database.getFileName()));
      names.add(database.getFileName() + ".backup-lock");
    }
    return new TreeSet<>(names);
  }
}
