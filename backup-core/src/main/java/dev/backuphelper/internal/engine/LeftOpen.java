package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.model.BackupId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What processes that died left open of databases that are to be migrated. Resolved under the locks
 * of the databases.
 */
final class LeftOpen {
  private final Context context;
  private final List<Path> paths;

  LeftOpen(Context context, List<Path> paths) {
    this.context = context;
    this.paths = paths;
  }

  /**
   * Resolves it, as its policies say.
   *
   * @throws RefusedException if something stays open
   */
  void resolve() throws IOException {
    // As a recovery does: the newest knows of the one whose place it takes.
    Map<BackupId, Path> newestFirst = new TreeMap<>(Comparator.reverseOrder());
    for (Path path : paths) {
      openBeside(path).ifPresent(open -> newestFirst.put(open.id(), path));
    }
    for (Map.Entry<BackupId, Path> found : newestFirst.entrySet()) {
      Path path = found.getValue();
      Optional<PlanFile> open = openBeside(path).filter(still -> still.id().equals(found.getKey()));
      if (open.isPresent()) {
        resolve(open.get());
      }
    }
    List<OpenPointers.Pointer> lost = pointers(paths);
    // Whoever removed the marker of one has not undone it.
    for (OpenPointers.Pointer pointer : begun(lost)) {
      new LeftPlan(context, pointer.id(), paths.get(0)).resolve();
    }
    if (!lost.isEmpty()) {
      // What died before its first marker, or after its last, has changed nothing.
      new SupersededPlans(context, paths, null).forgetLost();
    }
  }

  private static List<OpenPointers.Pointer> begun(List<OpenPointers.Pointer> pointers) {
    return pointers.stream().filter(OpenPointers.Pointer::begun).toList();
  }

  /** Returns what the store says is open at one of these databases. */
  private List<OpenPointers.Pointer> pointers(List<Path> databases) {
    Set<String> markers =
        databases.stream()
            .map(path -> PlanFile.beside(path).toString())
            .collect(Collectors.toSet());
    try {
      return new OpenPointers(context.store())
          .listing().pointers().stream()
              .filter(pointer -> pointer.plans().stream().anyMatch(markers::contains))
              .toList();
    } catch (IOException unreadable) {
      // No safety backup can be made there either.
      return List.of();
    }
  }

  private void resolve(PlanFile open) {
    if (MigrationMarker.isOpen(open.id())) {
      throw new RefusedException(
          "%s of %s is going on here already".formatted(open.plan().title(), open.target()),
          "Guard it once, around everything that belongs to it.");
    }
    Context there = context.with(context.storeAt(open.plan().store()), context.sources());
    new LeftPlan(there, open.id(), open.target()).resolve();
  }

  private Optional<PlanFile> openBeside(Path path) throws IOException {
    try {
      Optional<PlanFile> found = PlanFile.read(path);
      if (found.isPresent() && !found.get().target().equals(path)) {
        throw new RefusedException(
            "not migrated: %s came here with a moved or copied database; it says that %s of %s is open"
                .formatted(PlanFile.beside(path), found.get().plan().title(), found.get().target()),
            cameAlong(found.get().plan(), path));
      }
      return found;
    } catch (UnusablePlanException unusable) {
      String close =
          begun(pointers(List.of(path))).stream()
              .map(lost -> ", then keep what is there: " + Remedy.keep(context.store(), lost.id()))
              .collect(Collectors.joining());
      throw new RefusedException(
          "not migrated: " + unusable.getMessage(),
          "Recover with the version that wrote it; or look at the database, remove that file by"
              + " hand%s.".formatted(close),
          unusable);
    }
  }

  private String cameAlong(Plan plan, Path path) {
    String remove = "Look at the database, then remove that file by hand.";
    BackupId former = plan.backup();
    return former == null
        ? remove
        : "%s Or put the former content there with: %s --target %s"
            .formatted(
                remove,
                Remedy.restore(context.storeAt(plan.store()), former),
                Remedy.word(path.toString()));
  }
}
