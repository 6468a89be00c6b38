package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.SourceUnreadableException;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The plans that are open, as far as a store and the configured databases know. Reading them
 * touches no database.
 */
public final class OpenPlans {
  private final Context context;

  /** Creates the view. */
  public OpenPlans(Context context) {
    this.context = context;
  }

  /** Returns one sentence for each open plan: what is open, and how to resolve it. */
  public List<String> describe() {
    return Failures.translate(
        "cannot look for open plans in " + context.store().location(),
        () -> {
          List<String> sentences = new ArrayList<>();
          for (Map.Entry<BackupId, List<Path>> plan : files().entrySet()) {
            sentences.add(
                "restore %s is open for %s; resolve it with: backup recover %s"
                    .formatted(
                        plan.getKey(),
                        plan.getValue().stream().map(PlanFile::targetOf).toList(),
                        plan.getKey()));
          }
          return sentences;
        });
  }

  /** Returns where the files of each plan lie, in the order of the plans' ids. */
  Map<BackupId, List<Path>> files() throws IOException {
    Map<BackupId, Set<Path>> files = new TreeMap<>();
    for (OpenPointers.Pointer pointer : new OpenPointers(context.store()).list()) {
      Set<Path> paths = files.computeIfAbsent(pointer.id(), id -> new TreeSet<>());
      // A store is not trusted: what has not the name of a plan is none.
      pointer.plans().stream()
          .map(plan -> fileSystem().getPath(plan))
          .filter(PlanFile::isPlan)
          .forEach(paths::add);
    }
    for (Source source : context.sources()) {
      addBeside(source, files);
    }
    Map<BackupId, List<Path>> ordered = new LinkedHashMap<>();
    files.forEach((id, paths) -> ordered.put(id, List.copyOf(paths)));
    return ordered;
  }

  private FileSystem fileSystem() {
    return context.store().path("any").map(Path::getFileSystem).orElse(FileSystems.getDefault());
  }

  private static void addBeside(Source source, Map<BackupId, Set<Path>> files) throws IOException {
    try {
      addBeside(source.target().path(), files);
    } catch (SourceUnreadableException | NoSuchFileException noDatabase) {
      // What is no database has no plan; whoever works on it is told so then.
    }
  }

  private static void addBeside(Path database, Map<BackupId, Set<Path>> files) throws IOException {
    if (Files.exists(PlanFile.beside(database))) {
      var plan = PlanFile.find(database);
      if (plan.isPresent() && plan.get().target().equals(database)) {
        Set<Path> paths = files.computeIfAbsent(plan.get().id(), id -> new TreeSet<>());
        plan.get().targets().forEach(target -> paths.add(PlanFile.beside(target)));
      }
    }
  }
}
