package dev.backuphelper.internal.engine;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Component;
import dev.backuphelper.report.CompareReport;
import dev.backuphelper.report.CompareReport.Compared;
import dev.backuphelper.report.CompareReport.Status;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.SourceUnreadableException;
import dev.backuphelper.source.TableDifference;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares a backup with the live databases, by content. */
public final class CompareOperation {
  private final Context context;
  private final BackupId id;
  private final Events events;

  /** Creates the operation. */
  public CompareOperation(Context context, BackupId id) {
    this.context = context;
    this.id = id;
    this.events = context.events("compare");
  }

  /** Compares. */
  public CompareReport run() {
    return Failures.translate(
        "cannot compare backup " + id,
        () -> {
          new Lookup(context).requireStore(id);
          try (StoreLock lock = context.lock(LockMode.SHARED, "compare")) {
            OpenedBackup opened = context.open(new Lookup(context).require(id));
            Backup backup = opened.backup();
            requireSound(backup);
            List<Compared> compared = new ArrayList<>();
            for (Component component : backup.components()) {
              compared.add(compare(opened.artifact(component.name())));
            }
            return new CompareReport(id, compared);
          }
        });
  }

  // What is compared with something else than what was backed up tells nothing.
  private void requireSound(Backup backup) throws IOException {
    Optional<String> manifestProblem = context.catalog().manifestProblem(id);
    BackupCheck check = new BackupCheck(context);
    for (Component component : backup.components()) {
      BackupCheck.Finding found =
          check.examine(backup, component, CheckLevel.NONE, manifestProblem);
      if (!found.intact()) {
        throw BackupCheck.refusal(
            found.file(),
            "backup %s cannot be compared with: %s: %s"
                .formatted(id, component.file(), found.file().error().orElse("")),
            "Compare with another backup; verify says which are good.");
      }
    }
  }

  private Compared compare(Artifact artifact) throws IOException {
    Component component = artifact.component();
    Source live = context.engine(component.engine(), livePath(component), component.source());
    try (LocalImage image =
            LocalImage.of(context.store(), context.store(), artifact).require(component, true);
        Snapshot snapshot = live.open(context.patience());
        StagedFile copy = roomFor(snapshot)) {
      snapshot.copyTo(copy.path(), events.progress(component.name()));
      return compare(component, live, image.path(), copy.path());
    } catch (NoSuchFileException missing) {
      if (missing.getFile().equals(component.file())) {
        throw missing;
      }
      return new Compared(component.name(), livePath(component), Status.MISSING, List.of());
    } catch (SourceUnreadableException noDatabase) {
      // Whatever it is now, it is not what was backed up; why it has no tables is worth knowing.
      events.warning(
          "the tables of %s cannot be compared: %s"
              .formatted(component.name(), Failures.reason(noDatabase)));
      return new Compared(component.name(), livePath(component), Status.DIFFERENT, List.of());
    }
  }

  private StagedFile roomFor(Snapshot snapshot) throws IOException {
    FreeSpace.require("the comparison", context.store(), snapshot.size(), "Free some space there.");
    return context.store().stage();
  }

  private Path livePath(Component component) throws IOException {
    for (NamedSource source : NamedSource.ofConfigured(context.sources())) {
      if (source.name().equals(component.name())) {
        return source.path();
      }
    }
    return Lookup.recordedPath(component);
  }

  private Compared compare(Component component, Source engine, Path artifact, Path copy)
      throws IOException {
    Path live = livePath(component);
    if (engine.sameImage(artifact, copy)) {
      return new Compared(component.name(), live, Status.IDENTICAL, List.of());
    }
    // Other bytes may hold the same content: after a VACUUM, say.
    List<TableDifference> tables = engine.compare(artifact, copy);
    boolean same =
        tables.stream().allMatch(table -> table.status() == TableDifference.Status.IDENTICAL);
    return new Compared(component.name(), live, same ? Status.IDENTICAL : Status.DIFFERENT, tables);
  }
}
