package dev.backuphelper.migration;

import dev.backuphelper.GuardedSection;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Check;
import dev.backuphelper.report.RestoreReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A migration that is going on: for tools that tell of its begin and its end, rather than letting
 * themselves be called. Everybody else uses {@link MigrationGuard#run}.
 *
 * <p>Used by one thread. Ended by {@link #succeed}, {@link #fail} or {@link #cancel}; closed
 * without, it counts as failed.
 */
public final class MigrationSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationSession.class);

  private final String label;
  private final GuardPolicy policy;
  private final Map<String, MigrationCheck> checks;
  private final Consumer<MigrationReport> reports;
  private final GuardedSection section;
  private final boolean pending;
  private final List<String> warnings = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();
  private Optional<Backup> safety = Optional.empty();
  private Optional<BackupId> failedState = Optional.empty();
  private boolean isProtected;
  private boolean ended;
  private Duration backup = Duration.ZERO;
  private Duration checking = Duration.ZERO;
  private Duration restore = Duration.ZERO;
  private long begun = System.nanoTime();
  private Duration migration = Duration.ZERO;
  private @Nullable BackupException trouble;

  private MigrationSession(
      String label,
      GuardPolicy policy,
      Map<String, MigrationCheck> checks,
      Consumer<MigrationReport> reports,
      GuardedSection section,
      boolean pending) {
    this.label = label;
    this.policy = policy;
    this.checks = checks;
    this.reports = reports;
    this.section = section;
    this.pending = pending;
  }

  /** Opens a session: asks whether anything is pending, and if so makes the safety backup. */
  static MigrationSession open(MigrationGuard guard, String label) {
    GuardedSection section =
        guard.backups().guard(guard.policy().request(label, guard.connections()));
    try {
      MigrationSession session =
          new MigrationSession(
              label,
              guard.policy(),
              guard.checks(),
              guard.reports(),
              section,
              isPending(guard, label));
      session.begin();
      return session;
    } catch (RuntimeException | Error failure) {
      closeAfter(section, failure);
      throw failure;
    }
  }

  private static boolean isPending(MigrationGuard guard, String label) {
    try {
      return guard.pending().isPending();
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      if (failure instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      MigrationReport report =
          new MigrationReport(
              label,
              Outcome.NOT_BEGUN,
              Optional.empty(),
              Optional.empty(),
              Duration.ZERO,
              Duration.ZERO,
              Duration.ZERO,
              Duration.ZERO,
              List.of());
      throw new MigrationFailedException(
          handOver(report, guard.reports()),
          "cannot tell whether migration %s is pending: %s".formatted(label, failure.getMessage()),
          "Nothing was changed.",
          failure);
    }
  }

  private static void closeAfter(GuardedSection section, Throwable failure) {
    try {
      Interrupts.holdOff(
          () -> {
            section.close();
            return section;
          });
    } catch (BackupException leftBehind) {
      failure.addSuppressed(leftBehind);
    }
  }

  private void begin() {
    if (!pending) {
      LOG.info("migration {}: nothing is pending, so nothing is backed up", label);
    } else {
      protect();
    }
    begun = System.nanoTime();
  }

  private void protect() {
    long from = System.nanoTime();
    try {
      safety = section.protect();
      section.begin();
      isProtected = true;
    } catch (BackupException failure) {
      if (!mayGoWithout(failure)) {
        LOG.error("migration {}: not begun, because it cannot be protected", label);
        throw failure;
      }
      LOG.warn("migration {}: goes on without protection, as the policy says", label, failure);
      warnings.add("migrated without protection: " + failure.getMessage());
    }
    backup = since(from);
    if (isProtected) {
      LOG.info(
          "migration {}: protected by {}",
          label,
          safety.map(made -> "safety backup " + made.id()).orElse("nothing: nothing was there"));
    }
  }

  // A refusal says that this database must not be migrated, not that the backup could not be made.
  // And what is done under a marker that could not be removed would be undone by a recovery.
  private boolean mayGoWithout(BackupException failure) {
    return section.recoverCommand().isEmpty()
        && policy.onBackupFailure() == GuardPolicy.OnBackupFailure.MIGRATE_UNPROTECTED
        && !(failure instanceof RefusedException)
        && failure.code() != ErrorCode.INTERRUPTED;
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  /** Returns the migration's name. */
  public String label() {
    return label;
  }

  /** Tells whether anything was pending. If not, nothing was backed up. */
  public boolean isPending() {
    return pending;
  }

  /** Returns the safety backup; empty when none was made. */
  public Optional<BackupId> safetyBackup() {
    return safety.map(Backup::id);
  }

  /**
   * Says that a process is about to be started which migrates: until {@link #startedWorker} tells
   * which, a recovery does nothing unasked.
   */
  public void startingWorker() {
    if (isProtected) {
      section.startingWorker();
    }
  }

  /** Says which process migrates: a recovery waits until it is gone, too. */
  public void startedWorker(ProcessHandle process) {
    if (isProtected) {
      section.startedWorker(process);
    }
  }

  /**
   * Lets the marker say that the migration goes on only as long as a condition holds: for tools
   * that do not tell of every end.
   *
   * @param condition asked once a second, in another thread
   */
  public void beatWhile(BooleanSupplier condition) {
    if (isProtected) {
      section.beatWhile(condition);
    }
  }

  /**
   * Leaves the databases as they are, and the marker too, as if this process had died: the next
   * guard of them, or a recovery, decides whether the former content is put back.
   */
  public void leaveOpen() {
    requireOpen();
    ended = true;
    LOG.error("migration {}: its end was not told; a recovery will resolve it", label);
    close();
  }

  /**
   * Ends a migration that went well: checks the databases, and removes the marker.
   *
   * @throws MigrationFailedException if a check failed; the former content is there again, as far
   *     as its report says so
   */
  public MigrationReport succeed() {
    requireOpen();
    migration = since(begun);
    if (!pending) {
      return handOver(end(Outcome.NOTHING_PENDING));
    }
    long from = System.nanoTime();
    Optional<Throwable> wrong = Interrupts.holdOff(this::wrong);
    checking = since(from);
    if (wrong.isPresent()) {
      throw undone("failed its checks: " + wrong.get().getMessage(), wrong.get());
    }
    try {
      Interrupts.holdOff(this::commit);
    } catch (BackupException notClosed) {
      // A marker that stays would be taken for that of a crash.
      throw undone("could not be ended: " + notClosed.getMessage(), notClosed);
    }
    LOG.info("migration {}: done", label);
    return handOver(end(Outcome.MIGRATED));
  }

  /**
   * Ends a migration that was not begun after all: nothing is checked, nothing is restored, and the
   * marker is removed. What others wrote meanwhile stays.
   *
   * @throws MigrationFailedException if the marker cannot be removed; its hint says how to go on
   */
  public MigrationReport cancel() {
    requireOpen();
    if (!pending) {
      return handOver(end(Outcome.NOTHING_PENDING));
    }
    try {
      Interrupts.holdOff(this::commit);
    } catch (BackupException markerStays) {
      // Ended nevertheless: what is closed without an end is undone.
      throw new MigrationFailedException(
          handOver(end(Outcome.NOT_BEGUN)),
          "migration %s was not begun, but its marker cannot be removed: %s"
              .formatted(label, markerStays.getMessage()),
          section
              .recoverCommand()
              .map(command -> "Nothing was changed. Remove it: " + command + " --keep")
              .orElse(null),
          markerStays);
    }
    LOG.info("migration {}: not begun", label);
    return handOver(end(Outcome.NOT_BEGUN));
  }

  private boolean commit() {
    if (isProtected) {
      Interrupts.insist(
          () -> {
            section.commit();
            return true;
          });
    }
    return isProtected;
  }

  private MigrationFailedException undone(String how, Throwable cause) {
    MigrationReport report = undo();
    MigrationFailedException failure = failure(how, report, cause);
    handOver(report);
    return failure;
  }

  /** Returns what is wrong with the databases after the migration; empty when nothing is. */
  private Optional<Throwable> wrong() {
    try {
      for (Map.Entry<String, MigrationCheck> check : checks.entrySet()) {
        LOG.debug("migration {}: check {}", label, check.getKey());
        check.getValue().check();
      }
      if (policy.checkStructure() && isProtected) {
        requireSound(Interrupts.insist(section::check));
      }
      return Optional.empty();
    } catch (InterruptedException failure) {
      Thread.currentThread().interrupt();
      return Optional.of(failure);
    } catch (Throwable failure) {
      return Optional.of(failure);
    }
  }

  private void requireSound(Map<Path, List<Check>> found) {
    List<String> faults = new ArrayList<>();
    found.forEach(
        (database, made) -> {
          for (Check check : made) {
            String text = "%s: %s: %s".formatted(database, check.name(), check.detail());
            if (check.isFailed()) {
              faults.add(text);
            } else if (!check.detail().isEmpty()) {
              warnings.add(text);
            }
          }
        });
    if (!faults.isEmpty()) {
      throw new IllegalStateException(String.join("; ", faults));
    }
  }

  /**
   * Ends a migration that failed: puts the former content back, as the policy says, and attaches
   * the outcome to the failure as a suppressed {@link MigrationFailedException}. Trouble with that
   * is told there, not thrown.
   *
   * @param failure what the migration threw
   */
  public MigrationReport fail(Throwable failure) {
    return failed(told -> attach(told, failure));
  }

  /**
   * Ends a migration that failed with something that is not known here, as {@link #fail(Throwable)}
   * does. The outcome is logged.
   */
  public MigrationReport fail() {
    return failed(
        told -> {
          if (pending) {
            log(told);
          }
        });
  }

  private MigrationReport failed(Consumer<MigrationFailedException> audience) {
    requireOpen();
    migration = since(begun);
    MigrationReport report = pending ? undo() : end(Outcome.NOTHING_PENDING);
    audience.accept(failure("failed", report, null));
    return handOver(report);
  }

  private static void log(MigrationFailedException told) {
    LOG.error("{}{}", told.getMessage(), told.hint().map(hint -> "; hint: " + hint).orElse(""));
  }

  // Some take no suppressed exceptions: those that say so, and what the JVM itself throws when its
  // stack or its memory is used up.
  private void attach(MigrationFailedException told, Throwable failure) {
    failure.addSuppressed(told);
    if (!List.of(failure.getSuppressed()).contains(told)) {
      log(told);
    }
  }

  private MigrationReport undo() {
    return Interrupts.holdOff(
        () -> {
          if (!isProtected) {
            LOG.error("migration {}: failed, and it was not protected", label);
            return end(Outcome.LEFT);
          }
          if (policy.onFailure() == GuardPolicy.OnFailure.STOP) {
            return leave();
          }
          return restore();
        });
  }

  private MigrationReport leave() {
    try {
      commit();
    } catch (BackupException notClosed) {
      trouble = notClosed;
      remarks.add("its marker cannot be removed: " + notClosed.getMessage());
    }
    LOG.error("migration {}: failed; what it left is there, as the policy says", label);
    return end(Outcome.LEFT);
  }

  private MigrationReport restore() {
    LOG.warn("migration {}: failed; the former content is put back", label);
    long from = System.nanoTime();
    try {
      note(Interrupts.insist(this::restoreSection));
      restore = since(from);
      LOG.warn("migration {}: the former content is there again", label);
      return end(Outcome.RESTORED);
    } catch (RuntimeException | Error failure) {
      restore = since(from);
      trouble =
          failure instanceof BackupException known
              ? known
              : new StorageException(
                  ErrorCode.RESTORE_FAILED, "cannot restore: " + failure, null, failure);
      LOG.error("migration {}: the former content could not be put back", label, failure);
      return end(Outcome.RESTORE_FAILED);
    }
  }

  // What the first attempt found is what the migration left; a later one may find something else.
  private RestoreReport restoreSection() {
    try {
      return section.undo();
    } catch (RestoreFailedException failure) {
      failedState = failedState.or(failure::safetyBackup);
      throw failure;
    }
  }

  private void note(RestoreReport report) {
    failedState = failedState.or(report::safetyBackup);
    remarks.addAll(report.warnings());
    for (RestoreReport.Restored restored : report.restored()) {
      restored
          .keptAside()
          .ifPresent(
              aside ->
                  remarks.add(
                      "what it left at %s cannot be read, and is kept as %s"
                          .formatted(restored.target(), aside)));
    }
    if (report.contended()) {
      remarks.add("somebody else changes them at the same time");
    }
    warnings.addAll(remarks);
  }

  private MigrationReport end(Outcome outcome) {
    ended = true;
    return new MigrationReport(
        label,
        outcome,
        safetyBackup(),
        failedState,
        backup,
        migration,
        checking,
        restore,
        warnings);
  }

  private MigrationReport handOver(MigrationReport report) {
    return handOver(report, reports);
  }

  private static MigrationReport handOver(
      MigrationReport report, Consumer<MigrationReport> reports) {
    try {
      reports.accept(report);
    } catch (RuntimeException broken) {
      LOG.warn("migration {}: its report could not be handed over", report.label(), broken);
    }
    return report;
  }

  private MigrationFailedException failure(
      String how, MigrationReport report, @Nullable Throwable cause) {
    StringBuilder message = new StringBuilder("migration " + label + " " + how + "; ");
    message.append(
        switch (report.outcome()) {
          case RESTORED ->
              safety
                  .map(
                      made ->
                          "%s hold again what they held before, from safety backup %s"
                              .formatted(section.databases(), made.id()))
                  .orElse(section.databases() + " hold nothing again, as before");
          case LEFT -> "what it left in " + section.databases() + " is still there";
          case RESTORE_FAILED ->
              "and %s could not be restored: %s"
                  .formatted(section.databases(), trouble == null ? "" : trouble.getMessage());
          case NOTHING_PENDING -> "nothing was pending, so nothing was backed up";
          case NOT_BEGUN, MIGRATED -> "";
        });
    report
        .failedState()
        .ifPresent(id -> message.append("; what it left is kept as backup ").append(id));
    remarks.forEach(remark -> message.append("; ").append(remark));
    // In the message, because a suppressed exception is shown by its message alone.
    section
        .restoreCommand()
        .ifPresent(command -> message.append("; to restore by hand: ").append(command));
    MigrationFailedException failure =
        new MigrationFailedException(report, message.toString(), hint(report), cause);
    if (trouble != null) {
      failure.addSuppressed(trouble);
    }
    return failure;
  }

  private @Nullable String hint(MigrationReport report) {
    if (report.outcome() == Outcome.LEFT && trouble != null) {
      return section
          .recoverCommand()
          .map(command -> "Keep what it left, and remove the marker: " + command + " --keep")
          .orElse(null);
    }
    if (report.outcome() != Outcome.RESTORE_FAILED) {
      return null;
    }
    String first = trouble == null ? "" : trouble.hint().map(text -> text + " ").orElse("");
    return first
        + section.recoverCommand().map(command -> "Then: " + command + " --restore").orElse("");
  }

  private void requireOpen() {
    if (ended) {
      throw new IllegalStateException("migration " + label + " has ended already");
    }
  }

  /** Releases the locks. A migration that was not ended counts as failed, and is undone first. */
  @Override
  public void close() {
    try {
      if (!ended) {
        fail();
      }
    } finally {
      Interrupts.holdOff(() -> Interrupts.insist(this::release));
    }
  }

  private String release() {
    section.close();
    return label;
  }
}
