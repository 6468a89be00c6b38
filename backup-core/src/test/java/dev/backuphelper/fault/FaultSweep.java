package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.codec.CompressedImage;
import dev.backuphelper.codec.Encryption;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.CompressionCodec;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.report.Listing;
import dev.backuphelper.report.OpenPlan;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs an operation again and again, each time from the same start, and lets its first, second,
 * third … step fail, until it comes through without meeting the fault. After each run the faults
 * are lifted, and the promises are held against what is there then.
 */
final class FaultSweep {
  private final World world;
  private final Faults faults;
  private final Scenario.Means means;
  private int injected;
  private int leftOpen;
  private int asked;

  FaultSweep(World world, Faults faults, Scenario.Means means) {
    this.world = world;
    this.faults = faults;
    this.means = means;
  }

  /** Returns how many faults were injected so far. */
  int injected() {
    return injected;
  }

  /** Returns how many faults left something open. */
  int leftOpen() {
    return leftOpen;
  }

  /** Returns how often a recovery left the choice to a person. */
  int asked() {
    return asked;
  }

  /**
   * Sweeps one operation.
   *
   * @param runs about how many faults to inject, spread evenly; all there are if they are fewer
   */
  void run(Scenario scenario, Faults.Kind kind, Faults.Span span, int runs) throws IOException {
    long steps = steps(scenario, kind);
    long stride = Math.max(1, steps / runs);
    // Other places each day.
    long nth = 1 + Math.floorMod(scenario.name().hashCode() + Effort.SEED, stride);
    boolean fired = true;
    while (fired) {
      fired = runOnce(scenario, kind, nth, span);
      injected += fired ? 1 : 0;
      assertThat(fired || nth > steps - stride)
          .as("%s: the fault at %d of %d steps fired", scenario, nth, steps)
          .isTrue();
      nth += stride;
    }
  }

  /**
   * Lets an operation fail, and then what it does about that. Tries {@code firsts} places for the
   * first fault, and for each {@code seconds} places for the second.
   */
  void runTwice(Scenario scenario, Faults.Kind kind, int firsts, int seconds) throws IOException {
    long steps = steps(scenario, kind);
    long stride = Math.max(1, steps / firsts);
    for (long nth = 1 + stride / 2; nth <= steps; nth += stride) {
      long first = nth;
      // How much is done after the first fault is not known before; a third of it all is a guess.
      long gapStride = Math.max(1, steps / 3 / seconds);
      boolean relapsed = true;
      for (long gap = 1; relapsed; gap += gapStride) {
        long then = gap;
        boolean fired =
            check(scenario, kind, Faults.Span.FOR_EVER, () -> faults.armTwice(kind, first, then));
        assertThat(fired).as("%s: the fault at %d fired", scenario, first).isTrue();
        relapsed = faults.relapsed();
        injected += relapsed ? 1 : 0;
      }
    }
  }

  private long steps(Scenario scenario, Faults.Kind kind) throws IOException {
    prepare(scenario);
    faults.arm(kind, Long.MAX_VALUE, Faults.Span.ONCE);
    scenario.action().run(world, means);
    faults.disarm();
    return faults.count();
  }

  private void prepare(Scenario scenario) throws IOException {
    world.reset();
    scenario.before().run(world);
  }

  private boolean runOnce(Scenario scenario, Faults.Kind kind, long nth, Faults.Span span)
      throws IOException {
    return check(scenario, kind, span, () -> faults.arm(kind, nth, span));
  }

  private boolean check(Scenario scenario, Faults.Kind kind, Faults.Span span, Runnable arm)
      throws IOException {
    prepare(scenario);
    Map<Path, String> before = new LinkedHashMap<>();
    for (Path database : List.of(world.app(), world.orders())) {
      before.put(database, Databases.content(database));
    }
    Set<String> beside = Folders.names(world.data());
    arm.run();
    BackupException failure = null;
    AssertionError complaint = null;
    try {
      scenario.action().run(world, means);
    } catch (BackupException expected) {
      failure = expected;
    } catch (AssertionError toldByReport) {
      complaint = toldByReport;
    } finally {
      faults.disarm();
    }
    boolean fired = faults.fired();
    try {
      if (!fired && (failure != null || complaint != null)) {
        throw new AssertionError("failed without a fault", failure == null ? complaint : failure);
      }
      boolean succeeded = failure == null && complaint == null;
      new Aftermath(scenario, before, beside, failure, succeeded, kind, span).check();
    } catch (AssertionError | BackupException broken) {
      AssertionError described =
          new AssertionError(
              "%s: %s, then: %s".formatted(scenario, faults.firedAt(), broken.getMessage()),
              broken);
      if (failure != null) {
        described.addSuppressed(failure);
      }
      throw described;
    }
    return fired;
  }

  /** What is found after one run, when nothing fails any more. */
  private final class Aftermath {
    private final Scenario scenario;
    private final Map<Path, String> before;
    private final Set<String> beside;
    private final @Nullable BackupException failure;
    private final boolean succeeded;
    private final Faults.Kind kind;
    private final Faults.Span span;
    private final Set<BackupId> seen = new HashSet<>();
    private final BackupHelper helper = world.helper(world.app(), world.orders());

    Aftermath(
        Scenario scenario,
        Map<Path, String> before,
        Set<String> beside,
        @Nullable BackupException failure,
        boolean succeeded,
        Faults.Kind kind,
        Faults.Span span) {
      this.scenario = scenario;
      this.before = before;
      this.beside = beside;
      this.failure = failure;
      this.succeeded = succeeded;
      this.kind = kind;
      this.span = span;
    }

    void check() throws IOException {
      assertThat(faults.open()).as("files left open").isEmpty();
      // The last beat of a restore may still be setting the time of its plan.
      assertThat(Folders.open(world.work()))
          .as("left open")
          .filteredOn(file -> !file.contains(".backup-open.json"))
          .isEmpty();
      checkListed();
      checkTargets();
      resolve();
      assertThat(helper.verifyAll().files())
          .as("listed backups that do not verify")
          .filteredOn(file -> !file.valid() && !mayBeBad(file.id().orElseThrow()))
          .isEmpty();
      checkListed();
      checkTidy();
    }

    private void checkListed() throws IOException {
      Listing listing = helper.listing();
      assertThat(listing.unreadable()).as("unreadable manifests").isEmpty();
      Set<BackupId> ids = new TreeSet<>();
      for (Backup backup : listing.backups()) {
        ids.add(backup.id());
      }
      for (BackupId id : world.contents().keySet()) {
        if (!scenario.removes().contains(id)) {
          assertThat(ids).as("a backup that nobody may remove").contains(id);
        } else if (succeeded && !faults.fired()) {
          // A backup whose manifest cannot be read at the moment is left alone.
          assertThat(ids).as("a backup that was removed").doesNotContain(id);
        }
      }
      for (Backup backup : listing.backups()) {
        checkContent(backup);
      }
    }

    /** An old backup is what it was; a new one holds the databases as they were, each its own. */
    private void checkContent(Backup backup) throws IOException {
      Backup original = world.backups().get(backup.id());
      if (original != null) {
        assertThat(backup.manifest()).isEqualTo(original.manifest());
      } else if (!mayBeBad(backup.id()) && seen.add(backup.id())) {
        for (Component component : backup.components()) {
          Path database = Path.of(component.source());
          assertThat(held(backup, component))
              .as("the new backup %s of %s", backup.id(), database)
              .isIn(before.get(database), after().get(database), world.live().get(database));
        }
      }
    }

    private String held(Backup backup, Component component) throws IOException {
      if (component.file().endsWith(Encryption.SUFFIX) || component.delta() != null) {
        return world.restored(backup.id(), component);
      }
      Path artifact = world.store().resolve(component.file());
      if (!component.file().endsWith(CompressionCodec.ZSTD.suffix())) {
        return Databases.content(artifact);
      }
      Path image = Files.createTempFile("inflated-", ".db");
      try {
        CompressedImage.inflate(artifact, CompressionCodec.ZSTD, image, component.originalSize());
        return Databases.content(image);
      } finally {
        Files.delete(image);
      }
    }

    /** Who reads a wrong bit while hashing records a wrong digest: then verification rejects it. */
    private boolean mayBeBad(BackupId id) {
      return kind == Faults.Kind.FLIP && !world.backups().containsKey(id);
    }

    private void checkTargets() throws IOException {
      List<OpenPlan> open = helper.openPlans();
      if (succeeded) {
        // Telling is not failing: what was restored is not undone because its plan cannot be
        // removed.
        assertThat(open.isEmpty() || faults.fired()).as("open after success: %s", open).isTrue();
        assertThat(state()).isEqualTo(after());
      } else if (failure instanceof RestoreFailedException restore
          && restore.outcome() == RestoreOutcome.ROLLED_BACK) {
        assertThat(state()).as("said to be rolled back").isEqualTo(before);
      } else if (!(failure instanceof RestoreFailedException) && open.isEmpty()) {
        assertThat(state()).as("all old or all new").isIn(old(), after());
      }
      if (!succeeded && span == Faults.Span.ONCE && !isUnknown() && !scenario.isRecovery()) {
        assertThat(open).as("open after a failure that was undone").isEmpty();
      }
    }

    private boolean isUnknown() {
      return failure instanceof RestoreFailedException restore
          && restore.outcome() == RestoreOutcome.UNKNOWN;
    }

    private void resolve() throws IOException {
      leftOpen += helper.openPlans().isEmpty() ? 0 : 1;
      var report = helper.recover();
      if (!report.open().isEmpty()) {
        asked++;
        report = helper.recover(new RecoverRequest(null, RecoverChoice.RESTORE, false));
      }
      assertThat(report.open()).as("open after recovery").isEmpty();
      assertThat(helper.openPlans()).as("open after recovery").isEmpty();
      // Of an intent that is read wrongly nothing is known; its files are told, not removed.
      assertThat(kind == Faults.Kind.FLIP || report.orphans().isEmpty())
          .as("orphans: %s", report.orphans())
          .isTrue();
      assertThat(state()).as("all old or all new after recovery").isIn(old(), after());
      Backup next = world.helper(world.orders()).create();
      assertThat(helper.list().get(0).id()).as("the newest").isEqualTo(next.id());
    }

    private void checkTidy() throws IOException {
      Burial.of(world.store());
      helper.recover();
      if (kind != Faults.Kind.FLIP) {
        world.assertNothingElseThan(helper.list());
      }
      Set<String> left = Folders.names(world.data());
      left.removeAll(beside);
      left.removeIf(FaultSweep::mayStayBesideTarget);
      assertThat(left).as("left beside the databases").isEmpty();
    }

    private Map<Path, String> state() {
      return before.keySet().stream()
          .collect(
              Collectors.toMap(path -> path, Databases::content, (a, b) -> a, LinkedHashMap::new));
    }

    private Map<Path, String> old() {
      return scenario.isRecovery() ? world.live() : before;
    }

    private Map<Path, String> after() {
      Map<Path, String> after = new LinkedHashMap<>(before);
      after.replaceAll(
          (path, old) -> scenario.restores().getOrDefault(String.valueOf(path.getFileName()), old));
      return after;
    }
  }

  private static boolean mayStayBesideTarget(String name) {
    return name.equals("app.db")
        || name.endsWith(".backup-lock")
        || name.endsWith(".backup-lock.holder")
        || name.contains(".broken-");
  }
}
