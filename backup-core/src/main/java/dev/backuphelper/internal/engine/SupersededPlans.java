package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.model.BackupId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Plans that a killed restore or migration left beside the targets of a new one. An explicit
 * restore of all their targets resolves them. Used while the targets' locks are held, so nobody
 * works on them.
 */
final class SupersededPlans {
  private final Context context;
  private final List<Path> targets;
  private final @Nullable BackupId resolving;

  /**
   * Creates the view.
   *
   * @param resolving the plan that is being resolved by its own process; null for none
   */
  SupersededPlans(Context context, List<Path> targets, @Nullable BackupId resolving) {
    this.context = context;
    this.targets = targets;
    this.resolving = resolving;
  }

  /** Returns the plans, after checking that the new restore may take their place. */
  List<PlanFile> require() throws IOException {
    List<PlanFile> files = new ArrayList<>();
    for (Path target : targets) {
      var found = PlanFile.find(target);
      if (found.isPresent()) {
        requireCovered(found.get());
        files.add(found.get());
      }
    }
    return files;
  }

  private void requireCovered(PlanFile file) throws IOException {
    Plan plan = file.plan();
    if (plan.id().equals(resolving)) {
      return;
    }
    if (!plan.owner().isLocal()) {
      throw new RefusedException(
          "%s of %s by %s is open".formatted(plan.title(), file.target(), plan.owner()),
          "Run there: %s. Or close it here: %s --keep".formatted(remedy(plan), remedy(plan)));
    }
    // The target's lock is held here: a migration that still holds it too runs in this thread.
    if (MigrationMarker.isOpen(plan.id())) {
      throw new RefusedException(
          "%s of %s is going on here".formatted(plan.title(), file.target()),
          "Let it end first; if it fails, its guard restores the database.");
    }
    Optional<String> working = Workers.atWork(plan);
    if (working.isPresent()) {
      throw new RefusedException(
          "%s of %s may still be going on: %s"
              .formatted(plan.title(), file.target(), working.get()),
          "Wait until that process has ended, or end it. Or, if it does not run: %s --restore"
              .formatted(remedy(plan)));
    }
    if (!targets.containsAll(plan.targets())) {
      throw new RefusedException(
          "%s was interrupted, and is open for %s".formatted(plan.title(), plan.targets()),
          "Finish it with: %s. Or keep what is there with: %s --keep"
              .formatted(remedy(plan), remedy(plan)));
    }
  }

  private String remedy(Plan plan) {
    return Remedy.recover(context.storeAt(plan.store()), plan.id());
  }

  /** Removes what is left of the plans. */
  void forget(List<PlanFile> files) throws IOException {
    for (PlanFile file : files) {
      file.deleteScratch();
      for (String store : new TreeSet<>(List.of(file.plan().store(), file.plan().source()))) {
        new OpenPointers(context.storeAt(store)).remove(file.id());
      }
    }
  }

  /** Removes what the store knows of plans whose files beside these targets are gone. */
  void forgetLost() throws IOException {
    Set<String> gone =
        targets.stream()
            .map(PlanFile::beside)
            .filter(file -> !PrivateFiles.isTaken(file))
            .map(Path::toString)
            .collect(Collectors.toSet());
    OpenPointers pointers = new OpenPointers(context.store());
    for (OpenPointers.Pointer pointer : pointers.listing().pointers()) {
      if (!pointer.plans().isEmpty() && gone.containsAll(pointer.plans())) {
        pointers.remove(pointer.id());
      }
    }
  }
}
