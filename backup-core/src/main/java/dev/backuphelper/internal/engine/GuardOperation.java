package dev.backuphelper.internal.engine;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.BackupNotFoundException;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.LockedException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.internal.io.HeldInterrupt;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.Check;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.store.LockHeldException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Databases that are locked for a migration which can be undone, even if the process dies. Used by
 * one thread from its opening to its end, because the locks belong to it.
 */
public final class GuardOperation implements AutoCloseable {
  private final Context context;
  private final GuardOrder order;
  private final Events events;
  private final TargetLocks locks;
  private final MigrationMarker marker;
  private final MigrationSafety safety;
  private List<GuardedDatabase> databases;

  private GuardOperation(
      Context context, GuardOrder order, List<GuardedDatabase> databases, TargetLocks locks) {
    this.context = context;
    this.order = order;
    this.events = context.events("guard");
    this.databases = List.copyOf(databases);
    this.locks = locks;
    this.marker = new MigrationMarker(context.store(), events);
    this.safety = new MigrationSafety(context, order, events);
  }

  /**
   * Locks the databases, waiting for whoever migrates them, and resolves what a process that died
   * left open.
   *
   * @throws RefusedException if something stays open, or a migration of one of them goes on in this
   *     thread
   */
  public static GuardOperation open(Context context, GuardOrder order) {
    return Failures.translate(
        "cannot guard migration " + order.label(),
        () -> openLocked(context.with(order.connections()), order));
  }

  /**
   * Returns the real paths of the configured databases, be they missing. Takes no lock, and reads
   * none.
   */
  public static List<Path> databases(Context context) {
    return Failures.translate(
        "cannot find the databases",
        () -> GuardedDatabase.named(context).stream().map(NamedSource::path).toList());
  }

  private static GuardOperation openLocked(Context context, GuardOrder order) throws IOException {
    if (context.sources().isEmpty()) {
      throw new InvalidRequestException(
          "there is nothing to guard: no database was named", "Name the database to be migrated.");
    }
    List<NamedSource> sources = GuardedDatabase.named(context);
    List<Path> paths = sources.stream().map(NamedSource::path).toList();
    paths.forEach(TargetPaths::requireShortName);
    TargetLocks locks = lock(paths, order);
    try {
      new LeftOpen(context, paths).resolve();
      List<GuardedDatabase> databases = new ArrayList<>();
      for (NamedSource source : sources) {
        databases.add(GuardedDatabase.look(context, source));
      }
      GuardOperation guard = new GuardOperation(context, order, databases, locks);
      guard.events.step("locked", order.label());
      return guard;
    } catch (IOException | RuntimeException | Error failure) {
      locks.close();
      throw failure;
    }
  }

  private static TargetLocks lock(List<Path> paths, GuardOrder order) throws IOException {
    String operation = "migration " + order.label();
    Optional<Path> guarded =
        paths.stream().filter(OuterGuard.in(System.getenv())::guards).findFirst();
    try {
      return TargetLocks.take(
          paths, operation, guarded.isPresent() ? Duration.ZERO : order.patience());
    } catch (LockHeldException held) {
      if (guarded.isPresent()) {
        throw new RefusedException(
            guarded.get() + " is guarded already, by the guard that this process runs in",
            "Guard it once, around everything that belongs to the migration.");
      }
      throw new LockedException(
          "not migrated: " + held.getMessage(),
          "Wait until it has ended; or wait longer, with --wait, or GuardPolicy.withPatience.",
          held);
    }
  }

  /** Returns the real paths of the databases. */
  public List<Path> databases() {
    return databases.stream().map(GuardedDatabase::path).toList();
  }

  /**
   * Writes the marker and makes the safety backup. If that fails, there is no marker any more.
   *
   * @return the safety backup; empty when no database has content yet
   * @throws RefusedException if a database fails its own checks
   */
  public Optional<Backup> protect() {
    return Failures.translate(
        "cannot protect migration " + order.label(),
        () -> {
          orElseClose(
              () -> {
                lookAgain();
                safety.make(databases, marker);
              });
          return safety.backup();
        });
  }

  private void lookAgain() throws IOException {
    List<GuardedDatabase> now = new ArrayList<>();
    for (GuardedDatabase database : databases) {
      now.add(database.lookAgain(context));
    }
    databases = List.copyOf(now);
  }

  /** Says in the marker, durably, that the databases may change from now on. */
  public void begin() {
    Failures.translate(
        "cannot begin migration " + order.label(),
        () -> {
          orElseClose(() -> marker.begin(databases));
          marker.beat();
          events.step("migration-begun", order.label());
          return marker;
        });
  }

  /** Something that must be done, or else the migration does not begin. */
  private interface Step {
    void run() throws IOException;
  }

  // Tidies up even if it was an interrupt that broke off the work.
  private void orElseClose(Step step) throws IOException {
    try {
      step.run();
    } catch (IOException | RuntimeException failure) {
      try (HeldInterrupt held = HeldInterrupt.take()) {
        closeMarker();
      } catch (IOException | BackupException leftBehind) {
        failure.addSuppressed(leftBehind);
      }
      throw failure;
    }
  }

  private void closeMarker() throws IOException {
    marker.remove();
    safety.release();
  }

  /** Lets the marker say that the work goes on only as long as this holds. */
  public void beatWhile(BooleanSupplier condition) {
    marker.beatWhile(condition);
  }

  /** Says in the marker that a process is about to be started which works on the databases. */
  public void startingWorker() {
    changePurpose(Purpose::startingWorker);
  }

  /** Says in the marker which process works on the databases: it must be gone before a recovery. */
  public void startedWorker(ProcessHandle process) {
    ProcessOwner worker = ProcessOwner.of(process);
    changePurpose(purpose -> purpose.startedWorker(worker));
  }

  private void changePurpose(UnaryOperator<Purpose> change) {
    Failures.translate(
        "cannot mark migration " + order.label(),
        () -> {
          marker.change(change);
          return marker;
        });
  }

  /**
   * Examines the databases after the migration.
   *
   * @return the checks, by database; one that failed is damage, or a fault that was not there
   */
  public Map<Path, List<Check>> check() {
    return Failures.translate(
        "cannot check the databases after migration " + order.label(),
        () -> {
          Map<Path, List<Check>> checks = new HashMap<>();
          for (GuardedDatabase database : databases) {
            checks.put(database.path(), database.check(context, safety.artifactOf(database)));
            events.step("checked", database.path());
          }
          return checks;
        });
  }

  /**
   * Puts the former content back; the state found is kept as a safety backup. The marker is gone
   * after that. If it fails, the marker stays.
   */
  public RestoreReport undo() {
    events.step("undoing", order.label());
    RestoreReport report = restore(marker.plan());
    marker.forget();
    safety.release();
    events.step("undone", order.label());
    return report;
  }

  /** Restores, and says in the report too what listeners are warned of. */
  private RestoreReport restore(Plan plan) {
    List<String> warnings = new ArrayList<>();
    Context heard =
        context.with(
            event -> {
              if (event instanceof BackupEvent.Warning warning) {
                warnings.add(warning.message());
              }
              context.listener().on(event);
            });
    try {
      return new RestoreOperation(heard, RestoreOrder.of(plan, false)).run().withWarnings(warnings);
    } catch (BackupNotFoundException gone) {
      // Made by this guard, it was removed since, be it by the migration: nothing else will do.
      throw new BackupNotFoundException(
          String.valueOf(gone.getMessage()),
          "Bring back the store %s, with that backup.".formatted(context.store().location()));
    }
  }

  /** Removes the marker: what is there stays. */
  public void commit() {
    Failures.translate(
        "cannot close migration " + order.label(),
        () -> {
          closeMarker();
          return marker;
        });
  }

  /** Returns the command by which a person puts the former content back. */
  public Optional<String> restoreCommand() {
    return safety.backup().map(made -> Remedy.restore(context.store(), made.id()));
  }

  /** Returns the commands that resolve the marker, if it is still there. */
  public Optional<String> recoverCommand() {
    return marker.id().map(id -> Remedy.recover(context.store(), id));
  }

  /** Releases the locks. A marker that is still there stays, for a recovery. */
  @Override
  public void close() {
    marker.leave();
    Failures.translate(
        "cannot release the locks of migration " + order.label(),
        () -> {
          locks.close();
          return locks;
        });
    events.step("released", order.label());
  }
}
