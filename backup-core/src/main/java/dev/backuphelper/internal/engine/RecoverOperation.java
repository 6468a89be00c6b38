package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.catalog.Removal;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.BackupNotFoundException;
import dev.backuphelper.internal.engine.RecoverOrder.Choice;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.report.RecoverReport.Action;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.TargetState;
import dev.backuphelper.store.LockHeldException;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Resolves what killed processes left: finishes or undoes restores, and tidies the store. It can be
 * killed itself and run again.
 */
public final class RecoverOperation {
  private final Context context;
  private final RecoverOrder order;
  private final Events events;
  private final List<RecoverReport.Resolved> resolved = new ArrayList<>();
  private final List<RecoverReport.Open> open = new ArrayList<>();

  /** Creates the operation. */
  public RecoverOperation(Context context, RecoverOrder order) {
    this.context = context;
    this.order = order;
    this.events = context.events("recover");
  }

  /** Recovers. */
  public RecoverReport run() {
    return Failures.translate("cannot recover", this::recover);
  }

  private RecoverReport recover() throws IOException {
    Map<BackupId, List<Path>> plans = new OpenPlans(context).files();
    if (order.only() != null && !plans.containsKey(order.only())) {
      throw new BackupNotFoundException(
          "no open plan has the id " + order.only(),
          plans.isEmpty() ? "Nothing is open." : "Open are: " + plans.keySet());
    }
    for (Map.Entry<BackupId, List<Path>> plan : plans.entrySet()) {
      if (order.only() == null || order.only().equals(plan.getKey())) {
        recover(plan.getKey(), plan.getValue());
      }
    }
    return new RecoverReport(
        order.dryRun(), resolved, open, order.dryRun() ? List.of() : sweep(), orphans());
  }

  private void recover(BackupId id, List<Path> files) throws IOException {
    List<Path> targets = files.stream().map(PlanFile::targetOf).toList();
    String marker = files.isEmpty() ? id.value() : files.get(0).toString();
    try (TargetLocks locks = TargetLocks.take(lockable(files), "recover", Duration.ZERO)) {
      recoverLocked(id, marker, targets);
    } catch (LockHeldException working) {
      leaveOpen(marker, "it is still being worked on: " + working.getMessage());
    } catch (MalformedDocumentException unreadable) {
      leaveOpen(
          marker,
          "its plan cannot be read (%s); look at the database, then remove the plan's file by hand"
              .formatted(unreadable.getMessage()));
    } catch (NoSuchFileException gone) {
      leaveOpen(marker, gone.getFile() + " does not exist any more");
    }
  }

  // Whoever works on a target has made its lock file before anything else. Where there is none,
  // nothing is to be done, and a pointer of a store that is not trusted must not make one.
  private static List<Path> lockable(List<Path> files) {
    return files.stream()
        .map(PlanFile::targetOf)
        .filter(
            target ->
                Files.exists(TargetLocks.beside(target)) || Files.exists(PlanFile.beside(target)))
        .toList();
  }

  // The process died before it wrote the first plan or after it removed the last: no target is
  // open.
  private void tidyPointer(BackupId id, String marker, List<Path> targets) throws IOException {
    if (!order.dryRun()) {
      for (Path target : targets) {
        if (Files.exists(TargetLocks.beside(target))) {
          PlanFile.deleteScratch(target, id);
        }
      }
      new OpenPointers(context.store()).remove(id);
    }
    resolve(marker, Action.UNDONE, id.value(), Optional.empty(), targets);
  }

  private void recoverLocked(BackupId id, String marker, List<Path> targets) throws IOException {
    List<PlanFile> plans = new ArrayList<>();
    for (Path target : targets) {
      PlanFile.find(target).filter(plan -> plan.id().equals(id)).ifPresent(plans::add);
    }
    if (plans.isEmpty()) {
      tidyPointer(id, marker, targets);
      return;
    }
    Optional<String> obstacle = obstacle(plans);
    if (obstacle.isPresent()) {
      leaveOpen(marker, obstacle.get());
      return;
    }
    if (plans.stream().allMatch(plan -> plan.phase() == PlanFile.Phase.PENDING)) {
      close(plans, marker, Action.UNDONE, Optional.empty());
    } else if (order.choice() == Choice.KEEP) {
      close(plans, marker, Action.KEPT, Optional.empty());
    } else if (order.choice() == Choice.PLANNED && isDone(plans)) {
      close(plans, marker, Action.FINISHED, Optional.empty());
    } else {
      finish(plans, marker);
    }
  }

  // All targets were written and verified, and only the plans were still to be removed. Whoever
  // changed a target since did so after the restore.
  private static boolean isDone(List<PlanFile> plans) {
    return plans.stream().allMatch(plan -> plan.phase() == PlanFile.Phase.DONE);
  }

  /** Returns why nothing may be done about a plan; empty when something may. */
  private Optional<String> obstacle(List<PlanFile> plans) throws IOException {
    for (PlanFile plan : plans) {
      if (!plan.owner().isLocal() && order.choice() == Choice.PLANNED) {
        return Optional.of(
            "it belongs to %s: recover it there, or say --restore or --keep"
                .formatted(plan.owner()));
      }
      boolean mayLive = !plan.owner().isDead() && !plan.owner().equals(ProcessOwner.current());
      if (mayLive && order.choice() == Choice.PLANNED) {
        return Optional.of(
            "%s, which began it, still runs; say --restore or --keep".formatted(plan.owner()));
      }
      if (isMoved(plan)) {
        return Optional.of(
            "%s is not the file that the plan is about: it was copied or replaced; say --keep"
                .formatted(plan.target()));
      }
    }
    return Optional.empty();
  }

  private boolean isMoved(PlanFile plan) throws IOException {
    String fileKey = target(plan).fingerprint().fileKey();
    // An empty file has nothing to be known by, and undoing makes another. Where the former file
    // was
    // moved aside, the restore itself put another in its place.
    return plan.before() == TargetState.DATABASE
        && order.choice() != Choice.KEEP
        && !Files.exists(plan.aside())
        && !fileKey.equals(plan.fileKey());
  }

  private Target target(PlanFile plan) throws IOException {
    return context.engine(Context.DEFAULT_ENGINE, plan.target()).target();
  }

  private void finish(List<PlanFile> plans, String marker) throws IOException {
    if (order.choice() == Choice.PLANNED) {
      for (PlanFile plan : plans) {
        if (changedSince(plan)) {
          leaveOpen(
              marker,
              "%s changed after the restore was interrupted, so nothing is overwritten unasked; "
                      .formatted(plan.target())
                  + "put %s there with --restore, or keep what is there with --keep"
                      .formatted(plan.what()));
          return;
        }
      }
    }
    if (order.dryRun()) {
      resolve(
          marker, Action.FINISHED, plans.get(0).what(), Optional.empty(), plans.get(0).targets());
      return;
    }
    PlanFile first = plans.get(0);
    Context source = context.with(context.stores().apply(first.sourceFolder()), context.sources());
    try {
      RestoreReport report = new RestoreOperation(source, orderOf(plans)).run();
      events.step("plan-finished", first.id());
      resolve(
          marker,
          Action.FINISHED,
          first.what(),
          report.safetyBackup().map(BackupId::value),
          first.targets());
    } catch (BackupException failure) {
      leaveOpen(
          marker,
          failure.getMessage()
              + (first.safetyBackup() == null ? "" : "; what was there is " + first.safetyBackup())
              + "; keep what is there with --keep");
    }
  }

  private static RestoreOrder orderOf(List<PlanFile> plans) {
    PlanFile first = plans.get(0);
    Map<SourceName, Path> targets = new LinkedHashMap<>();
    for (int index = 0; index < first.targets().size(); index++) {
      targets.put(first.components().get(index), first.targets().get(index));
    }
    Path file = first.file();
    return new RestoreOrder(
        first.backup(),
        file,
        file == null ? null : first.target(),
        targets,
        file == null ? targets.keySet() : Set.of(),
        true,
        true,
        first.store().equals(first.source()) ? null : first.storeFolder(),
        false,
        null,
        null,
        existing -> true);
  }

  // Safety rule 13: what was changed later than two heartbeats after the last one was changed by
  // somebody else.
  private boolean changedSince(PlanFile plan) throws IOException {
    Target.Fingerprint now = target(plan).fingerprint();
    if (plan.phase() == PlanFile.Phase.DONE) {
      return !now.state().equals(plan.fingerprint());
    }
    long limit = plan.lastBeat().toEpochMilli() + 2 * Heartbeat.INTERVAL_MILLIS;
    return now.changedMillis() > limit;
  }

  private void close(List<PlanFile> plans, String marker, Action action, Optional<String> safety)
      throws IOException {
    if (!order.dryRun()) {
      PlanFile.removeAll(plans, plan -> events.step("plan-removed", plan.target()));
      new SupersededPlans(context, List.of()).forget(plans);
      new OpenPointers(context.store()).remove(plans.get(0).id());
    }
    resolve(marker, action, plans.get(0).what(), safety, targetsOf(plans));
  }

  private static List<Path> targetsOf(List<PlanFile> plans) {
    return plans.stream().map(PlanFile::target).toList();
  }

  private void resolve(
      String marker, Action action, String backup, Optional<String> safety, List<Path> targets) {
    resolved.add(
        new RecoverReport.Resolved(
            marker, action, backup, safety, targets.stream().map(Path::toString).toList()));
  }

  private void leaveOpen(String marker, String reason) {
    open.add(new RecoverReport.Open(marker, reason));
  }

  private List<String> sweep() throws IOException {
    if (!context.store().exists()) {
      return List.of();
    }
    try (StoreLock lock = context.store().lock(LockMode.EXCLUSIVE, "recover", Duration.ZERO)) {
      return new Leftovers(context).sweep();
    } catch (LockHeldException inUse) {
      // Whoever uses the store now, or a later run, will tidy it.
      return List.of();
    }
  }

  private List<String> orphans() throws IOException {
    return new Removal(context.store()).orphans();
  }
}
