package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.catalog.Removal;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.BackupNotFoundException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.report.RecoverReport.Action;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.TargetState;
import dev.backuphelper.store.LockHeldException;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Resolves what killed processes left: finishes or undoes restores and migrations, and tidies the
 * store. It can be killed itself and run again.
 */
public final class RecoverOperation {
  private static final String AGAIN = "Run it again when that has ended.";

  private final Context context;
  private final RecoverOrder order;
  private final Events events;
  private final List<RecoverReport.Resolved> resolved = new ArrayList<>();
  private final List<RecoverReport.Open> open = new ArrayList<>();
  private Optional<BackupId> current = Optional.empty();

  /** Creates the operation. */
  public RecoverOperation(Context context, RecoverOrder order) {
    this.context = context.with(order.connections());
    this.order = order;
    this.events = context.events("recover");
  }

  /** Recovers. */
  public RecoverReport run() {
    return Failures.translate("cannot recover", this::recover);
  }

  private RecoverReport recover() throws IOException {
    OpenPlans.Found found = new OpenPlans(context).find();
    if (order.only() != null && !found.files().containsKey(order.only())) {
      throw new BackupNotFoundException(
          "no open plan has the id " + order.only(),
          found.files().isEmpty() ? "Nothing is open." : "Open are: " + found.files().keySet());
    }
    // The newest first: a restore that took the place of a killed one, and died while it replaced
    // that one's files, knows of both; the other knows only of itself.
    List<Map.Entry<BackupId, List<Path>>> newestFirst = new ArrayList<>(found.files().entrySet());
    Collections.reverse(newestFirst);
    Predicate<List<Path>> concerned = concerned();
    for (Map.Entry<BackupId, List<Path>> plan : newestFirst) {
      if ((order.only() == null || order.only().equals(plan.getKey()))
          && concerned.test(plan.getValue())) {
        recover(plan.getKey(), plan.getValue());
      }
    }
    // Whoever names one asks about that one.
    for (String problem : order.only() == null ? found.problems() : List.<String>of()) {
      open.add(
          new RecoverReport.Open(
              Optional.empty(),
              problem,
              ErrorCode.CORRUPT,
              problem,
              "Look at the database, then remove that file by hand."));
    }
    return new RecoverReport(
        order.dryRun(), resolved, open, order.dryRun() ? List.of() : sweep(), orphans());
  }

  /** Tells of the files of a plan whether it is asked about their databases. */
  private Predicate<List<Path>> concerned() {
    if (!order.ownOnly()) {
      return files -> true;
    }
    List<Path> own = GuardOperation.databases(context).stream().map(PlanFile::beside).toList();
    return files -> !Collections.disjoint(files, own);
  }

  private void recover(BackupId id, List<Path> files) {
    current = Optional.of(id);
    List<Path> targets = files.stream().map(PlanFile::targetOf).toList();
    String marker = files.isEmpty() ? id.value() : files.get(0).toString();
    try (TargetLocks locks = TargetLocks.take(lockable(targets), "recover", Duration.ZERO)) {
      recoverLocked(id, marker, targets);
    } catch (LockHeldException working) {
      leaveOpen(
          marker, ErrorCode.LOCKED, "it is still being worked on: " + working.getMessage(), AGAIN);
    } catch (UnusablePlanException unusable) {
      leaveOpen(
          marker,
          ErrorCode.CORRUPT,
          String.valueOf(unusable.getMessage()),
          "Look at the database and remove %s by hand first; then keep what is there: %s%s"
              .formatted(unusable.file(), keep(id), formerContent(id)));
    } catch (MalformedDocumentException unreadable) {
      leaveOpen(
          marker,
          ErrorCode.CORRUPT,
          String.valueOf(unreadable.getMessage()),
          "Look at the database, then remove that file by hand.");
    } catch (NoSuchFileException gone) {
      leaveOpen(
          marker,
          ErrorCode.IO_FAILED,
          gone.getFile() + " does not exist any more",
          "Bring it back; or keep what is there: " + keep(id));
    } catch (BackupException failure) {
      leaveOpen(
          marker, failure, String.valueOf(failure.getMessage()), failure.hint().orElse(AGAIN));
    } catch (IOException failure) {
      BackupException known = Failures.translated("plan " + id + " stays open", failure);
      leaveOpen(marker, known, String.valueOf(known.getMessage()), known.hint().orElse(AGAIN));
    }
  }

  private String keep(BackupId id) {
    return Remedy.keep(context.store(), id);
  }

  private String bothWaysOut(BackupId id) {
    return "Put the backup's content there: %s --restore; or keep what is there: %s"
        .formatted(Remedy.recover(context.store(), id), keep(id));
  }

  /** Returns how a person puts back what was there before a migration, if that is known. */
  private String formerContent(BackupId id) {
    try {
      return context.catalog().exists(id)
          ? ", or put back what was there: " + Remedy.restore(context.store(), id)
          : "";
    } catch (IOException unknown) {
      return "";
    }
  }

  // Whoever works on a target has made its lock file before anything else. Where there is none,
  // nothing is to be done, and a pointer of a store that is not trusted must not make one.
  private static List<Path> lockable(List<Path> targets) {
    return targets.stream()
        .filter(
            target ->
                Files.exists(TargetLocks.beside(target)) || Files.exists(PlanFile.beside(target)))
        .toList();
  }

  private void recoverLocked(BackupId id, String marker, List<Path> targets) throws IOException {
    // A thread has the locks already while it migrates; it must not undo what it is doing.
    if (MigrationMarker.isOpen(id)) {
      leaveOpen(
          marker,
          ErrorCode.LOCKED,
          "it is still being worked on: the migration goes on here",
          AGAIN);
      return;
    }
    List<PlanFile> files = new ArrayList<>();
    for (Path target : targets) {
      PlanFile.find(target).filter(file -> file.id().equals(id)).ifPresent(files::add);
    }
    if (!files.isEmpty()) {
      Plan plan = files.get(0).plan();
      Optional<Store> home = PlanHome.elsewhere(context, plan);
      if (home.isPresent()) {
        leaveOpen(
            marker,
            ErrorCode.REFUSED,
            PlanHome.words(plan, home.get()),
            "Not here: " + PlanHome.remedy(plan, home.get(), context.store()));
        return;
      }
    }
    Optional<String> unseen = unseen(files, targets);
    if (unseen.isPresent() && order.choice() != RecoverChoice.KEEP) {
      leaveOpen(
          marker,
          ErrorCode.REFUSED,
          unseen.get(),
          "Keep what is there: %s%s".formatted(keep(id), formerContent(id)));
    } else if (files.isEmpty()) {
      tidyPointer(id, marker, targets);
    } else {
      resolve(files, marker);
    }
  }

  /**
   * Tells why the state of a plan is not known. A target without its file of the plan is one that
   * was not reached yet or is closed already, as the lock file beside it shows; a target whose disk
   * is not there looks alike but for that. And a plan that is at work on its targets has a file
   * beside each of them: one that has not was put there by somebody else.
   */
  private static Optional<String> unseen(List<PlanFile> files, List<Path> targets)
      throws IOException {
    Set<Path> all = new TreeSet<>(targets);
    files.forEach(file -> all.addAll(file.plan().targets()));
    files.forEach(file -> all.remove(file.target()));
    boolean atWork = files.stream().anyMatch(file -> file.phase() == PlanFile.Phase.WRITING);
    for (Path missing : all) {
      if (!Files.exists(TargetLocks.beside(missing))) {
        return Optional.of(
            "nothing shows how far it is with %s: is its disk there? If so, close it with --keep"
                .formatted(missing));
      }
      if (atWork && !isSuperseding(files.get(0).plan(), missing)) {
        return Optional.of(
            "%s is about %s, but nothing beside that database says so; close it with --keep"
                .formatted(PlanFile.beside(files.get(0).target()), missing));
      }
    }
    return Optional.empty();
  }

  // A restore that takes the place of a killed one dies while it replaces that one's files.
  private static boolean isSuperseding(Plan plan, Path target) throws IOException {
    return PlanFile.find(target)
        .filter(former -> plan.targets().containsAll(former.plan().targets()))
        .isPresent();
  }

  // The process died before it wrote the first file of the plan or after it removed the last: no
  // target is open.
  private void tidyPointer(BackupId id, String marker, List<Path> targets) throws IOException {
    boolean begun =
        new OpenPointers(context.store()).find(id).filter(OpenPointers.Pointer::begun).isPresent();
    if (begun && order.choice() != RecoverChoice.KEEP) {
      leaveOpen(
          marker,
          ErrorCode.REFUSED,
          "migration %s of %s had begun, and its marker is gone: nothing tells what became of it"
              .formatted(id, targets),
          "Keep what is there: %s%s".formatted(keep(id), formerContent(id)));
      return;
    }
    if (!order.dryRun()) {
      for (Path target : targets) {
        if (Files.exists(TargetLocks.beside(target))) {
          PlanFile.deleteScratch(target, id);
        }
      }
      new OpenPointers(context.store()).remove(id);
    }
    resolved(
        marker,
        "plan " + id,
        order.choice() == RecoverChoice.KEEP ? Action.KEPT : Action.UNDONE,
        id.value(),
        Optional.empty(),
        targets);
  }

  private void resolve(List<PlanFile> files, String marker) throws IOException {
    Optional<String> obstacle = obstacle(files);
    Purpose purpose = files.get(0).plan().purpose();
    boolean untouched = files.stream().allMatch(file -> file.phase() == PlanFile.Phase.PENDING);
    if (obstacle.isPresent()) {
      leaveOpen(marker, ErrorCode.REFUSED, obstacle.get(), bothWaysOut(files.get(0).id()));
    } else if (order.choice() == RecoverChoice.KEEP) {
      close(files, marker, Action.KEPT);
    } else if (untouched && (purpose.isMigration() || order.choice() == RecoverChoice.PLANNED)) {
      close(files, marker, Action.UNDONE);
    } else if (order.choice() == RecoverChoice.RESTORE) {
      finish(files, marker);
    } else if (isDone(files)) {
      close(files, marker, Action.FINISHED);
    } else if (isBeingUndone(files)) {
      finishUnlessChanged(files, marker);
    } else if (purpose.onCrash() == OnCrash.KEEP) {
      close(files, marker, Action.KEPT);
    } else if (purpose.onCrash() == OnCrash.STOP) {
      leaveOpen(
          marker,
          ErrorCode.REFUSED,
          "%s was interrupted, and nothing is to be restored unasked; %s"
              .formatted(files.get(0).plan().title(), bothWaysOut(files.get(0).plan())),
          bothWaysOut(files.get(0).id()));
    } else {
      finishUnlessChanged(files, marker);
    }
  }

  // All targets were written and verified, and only the plans were still to be removed. Whoever
  // changed a target since did so after the restore.
  private static boolean isDone(List<PlanFile> files) {
    return files.stream().allMatch(file -> file.phase() == PlanFile.Phase.DONE);
  }

  // A restore has taken the place of this plan at some of its targets: whatever the policy says, an
  // undoing that has begun is brought to its end.
  private static boolean isBeingUndone(List<PlanFile> files) throws IOException {
    Plan plan = files.get(0).plan();
    for (Path target : plan.targets()) {
      Optional<PlanFile> other = PlanFile.find(target).filter(file -> !file.id().equals(plan.id()));
      if (other.isPresent() && other.get().plan().targets().containsAll(plan.targets())) {
        return true;
      }
    }
    return false;
  }

  /** Returns why nothing may be done about a plan; empty when something may. */
  private Optional<String> obstacle(List<PlanFile> files) throws IOException {
    if (order.choice() != RecoverChoice.PLANNED) {
      return Optional.empty();
    }
    for (PlanFile file : files) {
      Optional<String> owned = owned(file.plan());
      if (owned.isPresent()) {
        return owned;
      }
      if (isMoved(file)) {
        return Optional.of(
            "%s is not the file that the plan is about: it was copied or replaced; %s"
                .formatted(file.target(), bothWaysOut(file.plan())));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> owned(Plan plan) throws IOException {
    // The targets' locks are held here, so that the plan's owner does not work on them; but of what
    // happened on another machine nothing is known.
    if (!plan.owner().isLocal()) {
      return Optional.of(
          "it belongs to %s: recover it there, or say --restore or --keep".formatted(plan.owner()));
    }
    boolean living = !plan.owner().equals(ProcessOwner.current()) && !plan.owner().isDead();
    Optional<String> working =
        living ? Optional.of(Workers.stillRuns(plan.owner())) : Workers.atWork(plan);
    return working.map(reason -> reason + "; say --restore or --keep once it does not");
  }

  private boolean isMoved(PlanFile file) throws IOException {
    String fileKey = target(file).fingerprint().fileKey();
    // An empty file has nothing to be known by, and undoing makes another. Where the former file
    // was moved aside, the restore itself put another in its place; where there is to be nothing,
    // it took the former file away.
    return file.before() == TargetState.DATABASE
        && !Files.exists(file.aside())
        && !fileKey.equals(file.fileKey())
        && !isCleared(file);
  }

  private static boolean isCleared(PlanFile file) throws IOException {
    boolean toBeCleared =
        file.plan().goals().stream()
            .anyMatch(goal -> goal.target().equals(file.target()) && !goal.isDatabase());
    return toBeCleared && (!Files.exists(file.target()) || Files.size(file.target()) == 0);
  }

  private Target target(PlanFile file) throws IOException {
    return context.engine(file.plan().engine(), file.target()).target();
  }

  private void finishUnlessChanged(List<PlanFile> files, String marker) throws IOException {
    for (PlanFile file : files) {
      Optional<String> change = changeSince(file);
      if (change.isPresent()) {
        leaveOpen(
            marker,
            ErrorCode.REFUSED,
            "%s, so nothing is overwritten unasked; %s"
                .formatted(change.get(), bothWaysOut(file.plan())),
            bothWaysOut(file.id()));
        return;
      }
    }
    finish(files, marker);
  }

  private static String bothWaysOut(Plan plan) {
    return "put %s there with --restore, or keep what is there with --keep".formatted(plan.what());
  }

  private void finish(List<PlanFile> files, String marker) throws IOException {
    Plan plan = files.get(0).plan();
    Action action = plan.purpose().isMigration() ? Action.RESTORED : Action.FINISHED;
    Context source = context.with(context.storeAt(plan.source()), context.sources());
    try {
      RestoreReport report =
          new RestoreOperation(source, RestoreOrder.of(plan, order.dryRun())).run();
      if (!order.dryRun()) {
        events.step("plan-finished", plan.id());
      }
      resolved(marker, plan.title(), action, plan.what(), Optional.of(report), plan.targets());
    } catch (BackupException failure) {
      leaveOpen(
          marker,
          failure,
          failure.getMessage()
              + (plan.safetyBackup() == null ? "" : "; what was there is " + plan.safetyBackup()),
          isLost(failure.code())
              ? "Bring it back; or keep what is there: " + keep(plan.id())
              : failure.hint().orElse(AGAIN));
    }
  }

  // Safety rule 13: what was changed later than two heartbeats after the last one was changed by
  // somebody else, and so was what has the time of a day before the work began: whoever copies a
  // file may keep its time.
  private Optional<String> changeSince(PlanFile file) throws IOException {
    Target.Fingerprint now = target(file).fingerprint();
    long slack = 2 * Heartbeat.INTERVAL_MILLIS;
    long lastBeat = file.lastBeat().toEpochMilli();
    long from = file.fingerprint().isEmpty() ? Long.MIN_VALUE : file.since().toEpochMilli() - slack;
    boolean isDone = file.phase() == PlanFile.Phase.DONE;
    if (!isDone && file.sinceLastBeat().toMillis() < -slack) {
      return Optional.of(
          "the clock was set back since %s was interrupted, and nothing tells whether %s changed"
              .formatted(file.plan().title(), file.target()));
    }
    boolean changed =
        isDone
            ? !now.state().equals(file.fingerprint())
            : now.changedOutside(file.fingerprint(), from, lastBeat + slack);
    return changed
        ? Optional.of(
            "%s changed after %s was interrupted".formatted(file.target(), file.plan().title()))
        : Optional.empty();
  }

  private void close(List<PlanFile> files, String marker, Action action) throws IOException {
    if (!order.dryRun()) {
      endPointer(files.get(0).id());
      PlanFile.removeAll(files, file -> events.step("plan-removed", file.target()));
      new SupersededPlans(context, List.of(), null).forget(files);
      new OpenPointers(context.store()).remove(files.get(0).id());
    }
    Plan plan = files.get(0).plan();
    resolved(
        marker,
        plan.title(),
        action,
        plan.what(),
        Optional.empty(),
        files.stream().map(PlanFile::target).toList());
  }

  // If the process dies before the pointer is gone, nothing is open all the same.
  private void endPointer(BackupId id) {
    try {
      new OpenPointers(context.store()).setBegun(id, false);
    } catch (IOException fullDisk) {
      events.warning("the pointer could not be written: " + fullDisk.getMessage());
    }
  }

  private void resolved(
      String marker,
      String title,
      Action action,
      String backup,
      Optional<RestoreReport> restore,
      List<Path> targets) {
    resolved.add(
        new RecoverReport.Resolved(
            marker,
            title,
            action,
            backup,
            restore.flatMap(RestoreReport::safetyBackup).map(BackupId::value),
            targets.stream().map(Path::toString).toList(),
            restore.filter(RestoreReport::contended).isPresent()));
  }

  /** Tells whether what was to be put back cannot be had. */
  private static boolean isLost(ErrorCode code) {
    return switch (code) {
      case BACKUP_NOT_FOUND, SOURCE_NOT_FOUND, CORRUPT, UNSUPPORTED_FORMAT -> true;
      default -> false;
    };
  }

  private void leaveOpen(String marker, ErrorCode code, String reason, String hint) {
    open.add(new RecoverReport.Open(current, marker, code, reason, hint));
  }

  private void leaveOpen(String marker, BackupException failure, String reason, String hint) {
    leaveOpen(marker, failure.code(), reason, hint);
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
