package dev.backuphelper.migration;

import dev.backuphelper.GuardedSection;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
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
  private final MigrationGuard guard;
  private final GuardedSection section;
  private final boolean pending;
  private final MigrationNotes notes;
  private final MigrationFailure failures;
  private boolean isProtected;
  private boolean ended;
  private long begun = System.nanoTime();

  private MigrationSession(
      String label, MigrationGuard guard, GuardedSection section, boolean pending) {
    this.label = label;
    this.guard = guard;
    this.section = section;
    this.pending = pending;
    notes = new MigrationNotes(label);
    failures = new MigrationFailure(notes, section);
  }

  /** Opens a session: asks whether anything is pending, and if so makes the safety backup. */
  static MigrationSession open(MigrationGuard guard, String label) {
    GuardedSection section =
        guard.backups().guard(guard.policy().request(label, guard.connections()));
    try {
      MigrationSession session =
          new MigrationSession(label, guard, section, isPending(guard, label));
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
      throw new MigrationFailedException(
          handOver(new MigrationNotes(label).report(Outcome.NOT_BEGUN), guard.reports()),
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
      notes.safety(section.protect());
      section.begin();
      isProtected = true;
    } catch (BackupException failure) {
      if (!mayGoWithout(failure)) {
        LOG.error("migration {}: not begun, because it cannot be protected", label);
        throw failure;
      }
      LOG.warn("migration {}: goes on without protection, as the policy says", label, failure);
      notes.warn("migrated without protection: " + failure.getMessage());
    }
    notes.backupTook(since(from));
    if (isProtected) {
      LOG.info(
          "migration {}: protected by {}",
          label,
          safetyBackup().map(made -> "safety backup " + made).orElse("nothing: nothing was there"));
    }
  }

  // A refusal says that this database must not be migrated, not that the backup could not be made.
  // And what is done under a marker that could not be removed would be undone by a recovery.
  private boolean mayGoWithout(BackupException failure) {
    return section.recoverCommand().isEmpty()
        && guard.policy().onBackupFailure() == GuardPolicy.OnBackupFailure.MIGRATE_UNPROTECTED
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
    return notes.safety().map(Backup::id);
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
    notes.migrationTook(since(begun));
    if (!pending) {
      return handOver(end(Outcome.NOTHING_PENDING));
    }
    long from = System.nanoTime();
    MigrationVerdict verdict = new MigrationVerdict(guard.checks(), notes);
    Optional<Throwable> wrong = Interrupts.holdOff(() -> verdict.wrong(structure()));
    notes.checksTook(since(from));
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

  private Optional<GuardedSection> structure() {
    return guard.policy().checkStructure() && isProtected ? Optional.of(section) : Optional.empty();
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
    MigrationFailedException failure = failures.of(how, report, cause);
    handOver(report);
    return failure;
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
    notes.migrationTook(since(begun));
    MigrationReport report = pending ? undo() : end(Outcome.NOTHING_PENDING);
    audience.accept(failures.of("failed", report, null));
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
          return end(new MigrationUndo(section, notes).run(guard.policy().onFailure()));
        });
  }

  private MigrationReport end(Outcome outcome) {
    ended = true;
    return notes.report(outcome);
  }

  private MigrationReport handOver(MigrationReport report) {
    return handOver(report, guard.reports());
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
