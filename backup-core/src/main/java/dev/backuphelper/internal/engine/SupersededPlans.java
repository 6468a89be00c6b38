package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.error.RefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Plans that a killed restore left beside the targets of a new one. An explicit restore of all
 * their targets resolves them. Used while the targets' locks are held, so nobody works on them.
 */
final class SupersededPlans {
  private final Context context;
  private final List<Path> targets;

  SupersededPlans(Context context, List<Path> targets) {
    this.context = context;
    this.targets = targets;
  }

  /** Returns the plans, after checking that the new restore may take their place. */
  List<PlanFile> require() throws IOException {
    List<PlanFile> plans = new ArrayList<>();
    for (Path target : targets) {
      var found = PlanFile.find(target);
      // A plan that names another path came here with a copied database: it says nothing here.
      if (found.isPresent() && found.get().target().equals(target)) {
        requireCovered(found.get());
        plans.add(found.get());
      }
    }
    return plans;
  }

  private void requireCovered(PlanFile plan) {
    if (!plan.owner().isLocal()) {
      throw new RefusedException(
          "a restore of %s by %s is open".formatted(plan.target(), plan.owner()),
          "Run there: backup recover. Or close it here: backup recover --keep");
    }
    if (!targets.containsAll(plan.targets())) {
      throw new RefusedException(
          "an interrupted restore of %s into %s is open".formatted(plan.what(), plan.targets()),
          "Finish it with: backup recover. Or keep what is there with: backup recover --keep");
    }
  }

  /** Removes what is left of the plans. */
  void forget(List<PlanFile> plans) throws IOException {
    for (PlanFile plan : plans) {
      plan.deleteScratch();
      for (Path store : List.of(plan.storeFolder(), plan.sourceFolder())) {
        new OpenPointers(context.stores().apply(store)).remove(plan.id());
      }
    }
  }
}
