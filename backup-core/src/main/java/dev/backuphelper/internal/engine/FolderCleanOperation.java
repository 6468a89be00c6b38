package dev.backuphelper.internal.engine;

import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.internal.io.OpenFiles;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.retention.FileItem;
import dev.backuphelper.retention.RetentionPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Applies retention to a folder of database files that this tool did not write. Only databases are
 * removed, known by their content. One that is in use, or may be because it has sidecars, stays; so
 * does one that cannot be checked.
 */
public final class FolderCleanOperation {
  private static final List<String> SIDECARS = List.of("-wal", "-journal", "-shm");

  private final Context context;
  private final Path folder;
  private final List<String> patterns;
  private final CleanOrder order;
  private final Events events;
  private final Map<String, PlainFolder.Entry> looked = new HashMap<>();

  /** Creates the operation; an empty list of patterns means the usual ones. */
  public FolderCleanOperation(
      Context context, Path folder, List<String> patterns, CleanOrder order) {
    this.context = context;
    this.folder = folder;
    this.patterns = List.copyOf(patterns);
    this.order = order;
    this.events = context.events("clean");
  }

  /** Removes what the policy lets go. */
  public CleanReport run() {
    return Failures.translate("cannot clean " + folder, this::clean);
  }

  private CleanReport clean() throws IOException {
    if (Files.isRegularFile(folder)) {
      throw new InvalidRequestException("not a folder: " + folder, "Name a folder.");
    }
    CleanReport rehearsed = rehearse();
    return order.allows(rehearsed)
        ? PlannedRemoval.carryOut(rehearsed, this::remove, events)
        : rehearsed;
  }

  private CleanReport rehearse() throws IOException {
    List<FileItem> items = new ArrayList<>();
    List<CleanReport.Kept> kept = new ArrayList<>();
    for (PlainFolder.Entry entry : new PlainFolder(folder, patterns).files()) {
      String name = String.valueOf(entry.path().getFileName());
      if (hasSidecar(entry.path())) {
        kept.add(new CleanReport.Kept(name, List.of("may be in use: it has a sidecar")));
        continue;
      }
      PlainCheck.Finding finding = check(entry.path());
      switch (finding.nature()) {
        case DATABASE -> {
          boolean good = finding.file().valid();
          items.add(new FileItem(name, entry.modified().toInstant(), entry.size(), good));
          looked.put(name, entry);
        }
        case OTHER -> kept.add(new CleanReport.Kept(name, List.of("no SQLite database")));
        case UNKNOWN -> kept.add(new CleanReport.Kept(name, List.of("cannot be checked")));
      }
    }
    RetentionPlan<FileItem> plan = order.policy().planFiles(items, context.clock().instant());
    if (!plan.futureDated().isEmpty()) {
      throw new RefusedException(
          "not cleaned: %s is dated more than a day in the future"
              .formatted(plan.futureDated().get(0).name()),
          "Check the clock, or the file's date.");
    }
    return report(plan, kept);
  }

  private static boolean hasSidecar(Path file) {
    return SIDECARS.stream()
        .anyMatch(suffix -> Files.exists(file.resolveSibling(file.getFileName() + suffix)));
  }

  private PlainCheck.Finding check(Path file) throws IOException {
    PlainCheck.Finding finding =
        new PlainCheck(context, CheckLevel.QUICK).examineOneOfSeveral(file);
    finding.file().error().ifPresent(problem -> events.warning(file + ": " + problem));
    return finding;
  }

  private CleanReport report(RetentionPlan<FileItem> plan, List<CleanReport.Kept> kept)
      throws IOException {
    List<CleanReport.Removed> removed = new ArrayList<>();
    for (RetentionPlan.Kept<FileItem> keep : plan.kept()) {
      kept.add(new CleanReport.Kept(keep.item().name(), keep.reasons()));
    }
    boolean noneGood = plan.kept().stream().noneMatch(keep -> keep.item().verified());
    for (RetentionPlan.Removed<FileItem> remove : plan.removed()) {
      FileItem item = remove.item();
      Optional<String> user = user(item.name());
      if (noneGood) {
        kept.add(
            new CleanReport.Kept(item.name(), List.of("no file that would stay was found good")));
      } else if (user.isPresent()) {
        kept.add(new CleanReport.Kept(item.name(), List.of(user.get())));
      } else {
        removed.add(new CleanReport.Removed(item.name(), remove.reason(), item.size()));
      }
    }
    boolean unproven = noneGood && !plan.kept().isEmpty();
    return CleanReport.rehearsed(removed, kept, unproven ? List.of(folder.toString()) : List.of());
  }

  // A database that is open and idle has no sidecar in rollback mode.
  private Optional<String> user(String name) throws IOException {
    return OpenFiles.users(folder.resolve(name)).stream()
        .findFirst()
        .map(pid -> "in use by process " + pid);
  }

  private long remove(CleanReport.Removed planned) throws IOException {
    String name = planned.id();
    Path file = folder.resolve(name);
    PlainFolder.Entry found = Objects.requireNonNull(looked.get(name), name);
    if (!found.isSame() || hasSidecar(file)) {
      throw new IOException("it changed since it was looked at");
    }
    Optional<String> user = user(name);
    if (user.isPresent()) {
      throw new IOException("it is " + user.get());
    }
    Files.delete(file);
    return planned.size();
  }
}
