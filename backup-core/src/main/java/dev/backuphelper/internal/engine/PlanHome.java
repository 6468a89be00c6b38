package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The store that an open plan belongs to. Whoever copies a store copies its pointers too, and these
 * name the databases of the original: a recovery in the copy would work on them. Stateless.
 */
final class PlanHome {
  private PlanHome() {}

  /**
   * Returns the store that a plan belongs to, if it is another than this and still knows the plan.
   * Where it does not, this one was moved, not copied.
   */
  static Optional<Store> elsewhere(Context context, Plan plan) {
    // A restore from another store than that of its safety backup leaves a pointer in both.
    List<String> homes = List.of(plan.store(), plan.source());
    if (homes.stream().anyMatch(home -> isAt(context.store(), home))) {
      return Optional.empty();
    }
    return homes.stream()
        .filter(home -> Files.isDirectory(Path.of(home)))
        .map(context::storeAt)
        .filter(store -> knows(store, plan.id()))
        .findFirst();
  }

  private static boolean isAt(Store store, String location) {
    if (store.location().equals(location)) {
      return true;
    }
    Optional<Path> folder = store.folder();
    try {
      return folder.isPresent() && folder.get().toRealPath().equals(Path.of(location).toRealPath());
    } catch (IOException missing) {
      return false;
    }
  }

  // What cannot be read may well name it.
  private static boolean knows(Store store, BackupId id) {
    try {
      return new OpenPointers(store).find(id).isPresent();
    } catch (IOException unreadable) {
      return true;
    }
  }

  /** Returns why nothing is done about such a plan here, in words for people. */
  static String words(Plan plan, Store home) {
    return "%s of %s belongs to the store %s, of which this one is a copy"
        .formatted(plan.title(), plan.targets(), home.location());
  }

  /** Returns what to do about such a plan, in words for people. */
  static String remedy(Plan plan, Store home, Store copy) {
    return "resolve it there with: %s; of this copy, once you have looked at its database, remove %s by hand"
        .formatted(
            Remedy.recover(home, plan.id()),
            copy.path(OpenPointers.name(plan.id()))
                .map(Path::toString)
                .orElse(OpenPointers.name(plan.id())));
  }
}
