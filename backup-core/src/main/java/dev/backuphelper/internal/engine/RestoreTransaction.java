package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.internal.io.HeldInterrupt;
import dev.backuphelper.internal.io.Interruption;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The part of a restore that writes: all of its targets or none, whatever fails and whenever the
 * process dies. While it is open, a pointer lies in the journal's store and a plan beside each
 * target.
 */
final class RestoreTransaction {
  private final Context context;
  private final Context journal;
  private final RestoreOrder order;
  private final BackupId id;
  private final List<RestorePart> parts;
  private final @Nullable Backup safety;
  private final RestorePart.Means means;
  private int touched;
  private final List<PlanFile> plans = new ArrayList<>();
  // The plans of a killed restore that these take the place of, if that had begun to write.
  private final List<PlanFile> begun = new ArrayList<>();
  private final List<Path> changedByOthers = new ArrayList<>();

  /**
   * Creates a transaction.
   *
   * @param journal the context of the store that holds the pointer and the safety backup
   * @param safety the backup of the databases that were there; null when there is none
   */
  RestoreTransaction(
      Context context,
      Context journal,
      RestoreOrder order,
      BackupId id,
      List<RestorePart> parts,
      @Nullable Backup safety,
      Events events) {
    this.context = context;
    this.journal = journal;
    this.order = order;
    this.id = id;
    this.parts = parts;
    this.safety = safety;
    this.means =
        new RestorePart.Means(journal.store(), order.verified(), context.patience(), events);
  }

  /**
   * Writes all parts.
   *
   * @return whether each target holds exactly its image; if not, somebody else goes on changing one
   */
  boolean run() throws IOException {
    open();
    boolean exact = true;
    // The heart beats while targets are undone, too.
    try (Heartbeat heartbeat = Heartbeat.of(plans);
        ReleasedConnections released =
            ReleasedConnections.of(context.connections(), means.events())) {
      try {
        for (RestorePart part : parts) {
          mark(touched, PlanFile.Phase.WRITING);
          touched++;
          exact &= part.restore(means);
          mark(touched - 1, PlanFile.Phase.DONE);
          means.events().step("target-done", part.target().path());
        }
      } catch (IOException | RuntimeException failure) {
        try (HeldInterrupt held = HeldInterrupt.take()) {
          throw undone(failure);
        }
      }
    }
    closeRestored();
    return exact;
  }

  // The targets are as wanted; a plan that cannot be removed is closed by a later recovery.
  private void closeRestored() {
    try (HeldInterrupt held = HeldInterrupt.take()) {
      close();
    } catch (IOException leftBehind) {
      means
          .events()
          .warning(
              "restored, but the plan beside the target could not be removed (%s); run: %s"
                  .formatted(leftBehind.getMessage(), Remedy.recover(journal.store(), id)));
    }
  }

  private void open() throws IOException {
    List<Path> targets = parts.stream().map(part -> part.target().path()).toList();
    for (Path target : targets) {
      PlanFile.find(target).ifPresent(begun::add);
    }
    if (begun.stream().allMatch(plan -> plan.phase() == PlanFile.Phase.PENDING)) {
      begun.clear();
    }
    Plan plan = plan();
    for (RestorePart part : parts) {
      plans.add(file(plan, part));
    }
    try {
      recordPointer(pointer(plan));
      // Their markers go now, so that a recovery must not miss them.
      begun.forEach(former -> putPointer(former.plan(), false));
      means.events().step("pointer-written", id);
      for (PlanFile file : inWritingOrder()) {
        file.write();
        means.events().step("plan-written", file.target());
      }
    } catch (IOException | RuntimeException failure) {
      try (HeldInterrupt held = HeldInterrupt.take()) {
        closeAfter(failure);
      }
      throw failure;
    }
  }

  private void recordPointer(OpenPointers.Pointer pointer) throws IOException {
    try {
      new OpenPointers(journal.store()).put(pointer);
    } catch (IOException failure) {
      throw UnwritableJournal.failure(
          "cannot restore " + order.from(),
          "the pointer " + OpenPointers.name(id),
          journal.store(),
          failure);
    }
    if (hasStoreOfItsOwn()) {
      tellTheBackupsStore(pointer);
    }
  }

  // It keeps what the plan needs. Recovery does without, so what is on a full disk or a read-only
  // one can be restored.
  private void tellTheBackupsStore(OpenPointers.Pointer pointer) throws IOException {
    try {
      new OpenPointers(context.store()).put(pointer);
    } catch (IOException failure) {
      if (Interruption.is(failure)) {
        throw failure;
      }
      means
          .events()
          .warning(
              "%s could not be written in %s (%s), so nothing there keeps backup %s from being removed while this restore is open"
                  .formatted(
                      OpenPointers.name(id),
                      context.store().location(),
                      Failures.reason(failure),
                      order.id()));
    }
  }

  /** Tells whether the journal lies in another store than the backup. */
  private boolean hasStoreOfItsOwn() {
    return order.id() != null && !context.store().location().equals(journal.store().location());
  }

  // A file that replaces that of a killed restore says that a target may be half done. It must not
  // do so before the targets that were not touched have theirs.
  private List<PlanFile> inWritingOrder() {
    Set<Path> touchedBefore =
        begun.stream().map(PlanFile::target).collect(Collectors.toUnmodifiableSet());
    return plans.stream()
        .sorted(Comparator.comparing(file -> touchedBefore.contains(file.target())))
        .toList();
  }

  private OpenPointers.Pointer pointer(Plan plan) {
    List<BackupId> needed = new ArrayList<>();
    if (order.id() != null) {
      needed.add(order.id());
    }
    if (safety != null) {
      needed.add(safety.id());
    }
    return new OpenPointers.Pointer(
        id,
        OpenPointers.RESTORE,
        needed,
        plan.targets().stream().map(target -> PlanFile.beside(target).toString()).toList(),
        false);
  }

  private Plan plan() {
    Plan resolving = order.resolving();
    String label = resolving == null ? null : resolving.purpose().label();
    return new Plan(
        id,
        ProcessOwner.current(),
        label == null ? Purpose.RESTORE : Purpose.migration(label, OnCrash.RESTORE),
        parts.get(0).engine().engine(),
        journal.store().location(),
        context.store().location(),
        order.id(),
        order.file() == null ? null : order.file().toAbsolutePath(),
        order.fileSha256(),
        safety == null ? null : safety.id(),
        order.verified(),
        parts.stream().map(RestorePart::goal).toList());
  }

  private PlanFile file(Plan plan, RestorePart part) throws IOException {
    Target.Fingerprint now = part.target().fingerprint();
    PlanFile file =
        PlanFile.of(
            plan, part.target().path(), now.fileKey(), part.before(), PlanFile.Phase.PENDING);
    // What a killed restore wrote must be finished by this one's plan once its own is gone.
    return begun.isEmpty() ? file : file.in(PlanFile.Phase.WRITING, now.state());
  }

  private void mark(int index, PlanFile.Phase phase) throws IOException {
    String now = parts.get(index).target().fingerprint().state();
    PlanFile marked = plans.get(index).in(phase, now);
    marked.write();
    plans.set(index, marked);
    means.events().step("phase-" + phase.name().toLowerCase(Locale.ROOT), marked.target());
  }

  private void close() throws IOException {
    PlanFile.removeAll(plans, plan -> means.events().step("plan-removed", plan.target()));
    new OpenPointers(journal.store()).remove(id);
    if (hasStoreOfItsOwn()) {
      new OpenPointers(context.store()).remove(id);
    }
    means.events().step("pointer-removed", id);
  }

  private void putPointer(Plan former, boolean markerIsThere) {
    if (!former.purpose().isMigration()) {
      return;
    }
    try {
      new OpenPointers(context.storeAt(former.store())).setBegun(former.id(), markerIsThere);
    } catch (IOException fullDisk) {
      means.events().warning("a pointer could not be written: " + fullDisk.getMessage());
    }
  }

  private void closeAfter(Exception failure) {
    try {
      if (!begun.isEmpty()) {
        reopenBegun();
      }
      close();
    } catch (IOException leftBehind) {
      failure.addSuppressed(leftBehind);
    }
  }

  // The targets are again what a killed restore left half done, and so is its plan.
  private void reopenBegun() throws IOException {
    for (PlanFile plan : begun) {
      asItIsNow(plan).write();
      putPointer(plan.plan(), true);
      plans.removeIf(mine -> mine.target().equals(plan.target()));
      PlanFile.deleteScratch(plan.target(), id);
    }
  }

  // What this restore wrote and undid itself is no change by somebody else.
  private PlanFile asItIsNow(PlanFile plan) throws IOException {
    for (RestorePart part : parts.subList(0, touched)) {
      if (part.target().path().equals(plan.target()) && plan.phase() == PlanFile.Phase.DONE) {
        return plan.in(PlanFile.Phase.DONE, part.target().fingerprint().state());
      }
    }
    return plan;
  }

  /** Gives the touched targets their former content back, and returns what to throw. */
  private BackupException undone(Exception failure) {
    BackupException cause =
        failure instanceof IOException io
            ? Failures.translated("cannot restore " + order.from(), io)
            : failure instanceof BackupException known ? known : unexpected(failure);
    // A target that is in use was not changed, so there is nothing to undo in it.
    int changed = failure instanceof SourceBusyException ? touched - 1 : touched;
    if (changed <= 0) {
      closeAfter(cause);
      return cause;
    }
    if (plans.get(changed - 1).phase() != PlanFile.Phase.DONE) {
      markUnfinished(changed - 1, cause);
    }
    Optional<Exception> trouble = rollBackAll(changed, cause);
    if (trouble.isPresent()) {
      cause.addSuppressed(trouble.get());
      return failed(cause, RestoreOutcome.UNKNOWN, unknownHint());
    }
    closeAfter(cause);
    return failed(
        cause,
        RestoreOutcome.ROLLED_BACK,
        "Every target holds again what it held before. Remove the cause and try again.");
  }

  // That the last target is done may have reached the disk although writing it failed; with all of
  // them done, nothing would be left to recover while they are undone one by one.
  private void markUnfinished(int index, Exception cause) {
    if (parts.size() > 1) {
      try {
        mark(index, PlanFile.Phase.WRITING);
      } catch (IOException notMarked) {
        cause.addSuppressed(notMarked);
      }
    }
  }

  private Optional<Exception> rollBackAll(int changed, Exception cause) {
    Exception trouble = null;
    for (int index = changed - 1; index >= 0; index--) {
      try {
        rollBack(index, cause);
        means.events().step("target-rolled-back", parts.get(index).target().path());
      } catch (IOException | RuntimeException failure) {
        if (failure instanceof TargetChangedException) {
          leaveToOthers(index, failure);
        }
        if (trouble == null) {
          trouble = failure;
        } else {
          trouble.addSuppressed(failure);
        }
      }
    }
    return Optional.ofNullable(trouble);
  }

  private void rollBack(int index, Exception cause) throws IOException {
    Optional<Artifact> saved = savedStateOf(parts.get(index));
    if (saved.isEmpty()) {
      undo(index, null, cause);
      return;
    }
    Component component = saved.get().component();
    try (LocalImage former =
        LocalImage.of(journal.store(), journal.store(), saved.get()).require(component, true)) {
      undo(index, new RestorePart.Image(former.path(), component.facts()), cause);
    }
  }

  private void undo(int index, RestorePart.@Nullable Image former, Exception cause)
      throws IOException {
    RestorePart part = parts.get(index);
    if (part.isToBeUndone(former == null ? null : former.path(), means)) {
      // Else recovery would take what is undone here for a change by somebody else.
      if (plans.get(index).phase() == PlanFile.Phase.DONE) {
        markUnfinished(index, cause);
      }
      part.undo(former, means);
    }
  }

  // No target looks like the empty fingerprint, so recovery asks before it overwrites this one.
  private void leaveToOthers(int index, Exception cause) {
    PlanFile plan = plans.get(index);
    changedByOthers.add(plan.target());
    if (plan.phase() == PlanFile.Phase.DONE) {
      try {
        plan.in(PlanFile.Phase.DONE, "").write();
      } catch (IOException notMarked) {
        cause.addSuppressed(notMarked);
      }
    }
  }

  private Optional<Artifact> savedStateOf(RestorePart part) throws IOException {
    return safety == null
        ? Optional.empty()
        : journal.open(safety).artifactOf(part.target().path());
  }

  private RestoreFailedException failed(
      BackupException cause, RestoreOutcome outcome, String hint) {
    return new RestoreFailedException(
        cause.code() == ErrorCode.IO_FAILED ? ErrorCode.RESTORE_FAILED : cause.code(),
        String.valueOf(cause.getMessage()),
        hint,
        cause,
        outcome,
        safety == null ? null : safety.id());
  }

  private String unknownHint() {
    String targets =
        parts.stream().map(part -> part.target().path().toString()).toList().toString();
    String saved =
        safety == null
            ? "No safety backup was made."
            : "What was there is the safety backup %s in %s."
                .formatted(safety.id(), journal.store().location());
    if (changedByOthers.isEmpty()) {
      return "Undoing it failed too, so the restore of %s stays open. %s Run: %s"
          .formatted(targets, saved, Remedy.recover(journal.store(), id));
    }
    return ("Somebody else has committed to %s since, which is not undone, so the restore of %s stays"
            + " open. %s Choose: %s --restore, or: %s --keep")
        .formatted(
            changedByOthers,
            targets,
            saved,
            Remedy.recover(journal.store(), id),
            Remedy.recover(journal.store(), id));
  }

  private BackupException unexpected(Exception failure) {
    return new StorageException(
        ErrorCode.IO_FAILED,
        "cannot restore " + order.from() + ": " + failure,
        "Run it again; if that fails in the same way, it is a defect to be reported.",
        failure);
  }
}
