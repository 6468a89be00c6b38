package dev.backuphelper;

import dev.backuphelper.internal.engine.GuardOperation;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.Check;
import dev.backuphelper.report.RestoreReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Databases that are locked for a change which can be undone, even if the process dies: what a
 * migration guard is made of. Most users want {@code MigrationGuard} of {@code
 * backup-migration-support}, which does all of this in one call.
 *
 * <pre>{@code
 * try (GuardedSection section = backups.guard(request)) {
 *   section.protect();   // marker and safety backup
 *   section.begin();     // from here on a crash is undone by the next recovery
 *   ...                  // change the databases
 *   section.commit();    // or undo()
 * }
 * }</pre>
 *
 * <p>What is called out of this order throws an {@link IllegalStateException}. Used by one thread
 * from its opening to its end, because the locks belong to it. Closed without {@link #commit} or
 * {@link #undo} it leaves its marker, as a crash would.
 */
public final class GuardedSection implements AutoCloseable {
  private final GuardOperation operation;
  private State state = State.OPEN;

  private enum State {
    OPEN,
    PROTECTED,
    BEGUN,
    ENDED
  }

  GuardedSection(GuardOperation operation) {
    this.operation = operation;
  }

  /** Returns the real paths of the databases, be they missing. */
  public List<Path> databases() {
    return operation.databases();
  }

  /**
   * Writes the marker and makes a verified safety backup. If it fails there is no marker any more,
   * and nothing else was changed.
   *
   * @return the safety backup; empty when all databases are missing or empty: undoing makes them so
   *     again
   * @throws dev.backuphelper.error.RefusedException if a database fails its own checks
   */
  public Optional<Backup> protect() {
    require(State.OPEN, "protect");
    Optional<Backup> backup = operation.protect();
    state = State.PROTECTED;
    return backup;
  }

  private void require(State wanted, String call) {
    if (state != wanted) {
      throw new IllegalStateException(
          "%s is not for a section that is %s: first protect, then begin, then commit or undo"
              .formatted(call, state.name().toLowerCase(Locale.ROOT)));
    }
  }

  /** Says, durably, that the databases may change from now on. Called after {@link #protect}. */
  public void begin() {
    require(State.PROTECTED, "begin");
    operation.begin();
    state = State.BEGUN;
  }

  /**
   * Lets the marker say that the work goes on only as long as a condition holds: for those whom
   * nobody tells for sure when it is over. Called after {@link #begin}.
   *
   * @param condition asked once a second, in another thread
   */
  public void beatWhile(BooleanSupplier condition) {
    require(State.BEGUN, "beatWhile");
    operation.beatWhile(condition);
  }

  /**
   * Says that a process is about to be started which changes the databases: until {@link
   * #startedWorker} tells which, a recovery does nothing unasked.
   */
  public void startingWorker() {
    require(State.BEGUN, "startingWorker");
    operation.startingWorker();
  }

  /** Says which process changes the databases: a recovery waits until it is gone, too. */
  public void startedWorker(ProcessHandle process) {
    require(State.BEGUN, "startedWorker");
    operation.startedWorker(process);
  }

  /**
   * Examines the databases as they are now: their structure, and their foreign keys, of which only
   * those fail that were not broken before.
   *
   * @return the checks made of each database
   */
  public Map<Path, List<Check>> check() {
    require(State.BEGUN, "check");
    return operation.check();
  }

  /**
   * Puts the former content back, journal modes included; the state found is kept as a safety
   * backup. The marker is gone after that; if it fails, the marker stays.
   *
   * @throws dev.backuphelper.error.BackupException if it failed; what is there now is either the
   *     state found or, if the message says so, unknown
   */
  public RestoreReport undo() {
    require(State.BEGUN, "undo");
    RestoreReport report = operation.undo();
    state = State.ENDED;
    return report;
  }

  /** Removes the marker: what is there now stays. */
  public void commit() {
    require(State.BEGUN, "commit");
    operation.commit();
    state = State.ENDED;
  }

  /** Returns the command by which a person restores the safety backup; empty without one. */
  public Optional<String> restoreCommand() {
    return operation.restoreCommand();
  }

  /** Returns the command that resolves the marker; empty when there is none. */
  public Optional<String> recoverCommand() {
    return operation.recoverCommand();
  }

  /** Releases the locks. */
  @Override
  public void close() {
    operation.close();
  }
}
