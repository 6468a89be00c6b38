package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.OpenPlan;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.SourceUnreadableException;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The plans that are open, as far as a store and the configured databases know. Reading them
 * touches no database.
 */
public final class OpenPlans {
  private static final String WAIT = "wait until it has ended";

  private final Context context;

  /** Creates the view. */
  public OpenPlans(Context context) {
    this.context = context;
  }

  /** Returns what is open, with what to do about it. */
  public List<OpenPlan> describe() {
    return Failures.translate(
        "cannot look for open plans in " + context.store().location(),
        () -> {
          Found found = find();
          List<OpenPlan> open = new ArrayList<>();
          for (Map.Entry<BackupId, List<Path>> plan : found.files().entrySet()) {
            open.add(describe(plan.getKey(), plan.getValue(), found.migrations()));
          }
          for (String problem : found.problems()) {
            open.add(
                new OpenPlan(
                    Optional.empty(),
                    OpenPlan.Kind.UNREADABLE,
                    false,
                    List.of(),
                    problem,
                    "look at the database, then remove that file by hand"));
          }
          return open;
        });
  }

  private static String word(OpenPlan.Kind kind) {
    return kind == OpenPlan.Kind.MIGRATION ? "migration" : "restore";
  }

  private OpenPlan describe(BackupId id, List<Path> files, Set<BackupId> migrations) {
    List<Path> targets = files.stream().map(PlanFile::targetOf).toList();
    Optional<PlanFile> known = Optional.empty();
    for (Path target : targets) {
      try {
        known = known.or(() -> planOf(target, id));
      } catch (InvalidPathException impossible) {
        // Nothing can lie beside a path that cannot be.
      }
    }
    String remedy = "resolve it with: " + Remedy.recover(context.store(), id);
    if (known.isEmpty()) {
      // Of a plan that is gone already, or not written yet, only the pointer tells.
      OpenPlan.Kind kind =
          migrations.contains(id) ? OpenPlan.Kind.MIGRATION : OpenPlan.Kind.RESTORE;
      Optional<ProcessOwner> beginner = beginner(id).filter(OpenPlans::isAlive);
      return new OpenPlan(
          Optional.of(id),
          kind,
          beginner.isPresent(),
          targets,
          beginner
              .map(process -> "%s of %s is beginning, by %s".formatted(id, targets, process))
              .orElse("%s %s is open for %s".formatted(word(kind), id, targets)),
          beginner.isPresent() ? WAIT : remedy);
    }
    Plan plan = known.get().plan();
    Optional<Store> home = PlanHome.elsewhere(context, plan);
    if (home.isPresent()) {
      return new OpenPlan(
          Optional.of(id),
          kind(plan),
          false,
          targets,
          PlanHome.words(plan, home.get()),
          PlanHome.remedy(plan, home.get(), context.store()));
    }
    if (isAtWork(known.get())) {
      return new OpenPlan(
          Optional.of(id),
          kind(plan),
          true,
          targets,
          "%s of %s is going on, by %s".formatted(plan.title(), targets, plan.owner()),
          WAIT);
    }
    // Nobody will end it when this process has done its work.
    Optional<ProcessOwner> worker =
        plan.purpose().workers().stream().filter(OpenPlans::isAlive).findFirst();
    return new OpenPlan(
        Optional.of(id),
        kind(plan),
        false,
        targets,
        "%s is open for %s".formatted(plan.title(), targets)
            + worker.map(process -> ", and %s still works on it".formatted(process)).orElse(""),
        worker.map(process -> "once that has ended, " + remedy).orElse(remedy));
  }

  private static OpenPlan.Kind kind(Plan plan) {
    return plan.purpose().isMigration() ? OpenPlan.Kind.MIGRATION : OpenPlan.Kind.RESTORE;
  }

  // A pointer is written before the first plan, while the intent of the same id is there.
  private Optional<ProcessOwner> beginner(BackupId id) {
    try {
      return new OpenPointers(context.store()).beginner(id);
    } catch (IOException unknown) {
      return Optional.empty();
    }
  }

  // Who could not put something back may live on for long: its heart beats no more. Before the work
  // has begun it does not beat either.
  private static boolean isAtWork(PlanFile file) {
    return isAlive(file.plan().owner())
        && (file.phase() == PlanFile.Phase.PENDING || !Heartbeat.isSilent(file));
  }

  private static boolean isAlive(ProcessOwner process) {
    return process.isLocal() && !process.isDead();
  }

  private static Optional<PlanFile> planOf(Path target, BackupId id) {
    try {
      return PlanFile.find(target).filter(plan -> plan.id().equals(id));
    } catch (IOException unknown) {
      return Optional.empty();
    }
  }

  /**
   * What was found.
   *
   * @param files where the files of each plan lie, in the order of the plans' ids
   * @param migrations which of the plans that the store knows are those of migrations
   * @param problems what cannot be read, in words for people
   */
  record Found(Map<BackupId, List<Path>> files, Set<BackupId> migrations, List<String> problems) {}

  Found find() throws IOException {
    Map<BackupId, Set<Path>> files = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    OpenPointers.Listing pointers = new OpenPointers(context.store()).listing();
    problems.addAll(pointers.problems());
    for (OpenPointers.Pointer pointer : pointers.pointers()) {
      add(pointer, files, problems);
    }
    for (Source source : context.sources()) {
      addBeside(source, files, problems);
    }
    Map<BackupId, List<Path>> ordered = new LinkedHashMap<>();
    files.forEach((id, paths) -> ordered.put(id, List.copyOf(paths)));
    Set<BackupId> migrations =
        pointers.pointers().stream()
            .filter(pointer -> pointer.operation().equals(OpenPointers.MIGRATION))
            .map(OpenPointers.Pointer::id)
            .collect(Collectors.toSet());
    return new Found(ordered, migrations, problems);
  }

  // A store is not trusted: what has not the name of a plan is none.
  private void add(
      OpenPointers.Pointer pointer, Map<BackupId, Set<Path>> files, List<String> problems) {
    Set<Path> paths = files.computeIfAbsent(pointer.id(), id -> new TreeSet<>());
    for (String text : pointer.plans()) {
      try {
        Path plan = fileSystem().getPath(text);
        if (PlanFile.isPlan(plan)) {
          paths.add(plan);
        }
      } catch (InvalidPathException impossible) {
        problems.add("the pointer of plan %s names no path of this system".formatted(pointer.id()));
      }
    }
  }

  private FileSystem fileSystem() {
    return context.store().folder().map(Path::getFileSystem).orElse(FileSystems.getDefault());
  }

  private static void addBeside(
      Source source, Map<BackupId, Set<Path>> files, List<String> problems) throws IOException {
    try {
      Path database = source.target().path();
      if (Files.exists(PlanFile.beside(database))) {
        PlanFile.find(database)
            .ifPresent(
                found -> {
                  Set<Path> paths = files.computeIfAbsent(found.id(), id -> new TreeSet<>());
                  found.plan().targets().forEach(target -> paths.add(PlanFile.beside(target)));
                });
      }
    } catch (SourceUnreadableException | NoSuchFileException | RefusedException noDatabase) {
      // What is no database has no plan; whoever works on it is told so then.
    } catch (FileSystemException unusable) {
      // Not the store is at fault.
      throw Failures.translated("cannot look at the database", unusable);
    } catch (UnusablePlanException unreadable) {
      problems.add(String.valueOf(unreadable.getMessage()));
    }
  }
}
