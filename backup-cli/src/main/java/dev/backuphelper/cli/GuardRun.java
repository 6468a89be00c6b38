package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.LockedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.internal.engine.Failures;
import dev.backuphelper.migration.GuardPolicy;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.MigrationSession;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.LockHeldException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One guarded run of a command: opens a migration, runs the command, ends the migration. Whatever
 * happens, it does not return while the command runs. Used once, by one thread.
 */
final class GuardRun {
  private final Session session;
  private final GuardPolicy policy;
  private final List<String> command;
  private final GuardView view;

  GuardRun(Session session, GuardPolicy policy, List<String> command, GuardView view) {
    this.session = session;
    this.policy = policy;
    this.command = command;
    this.view = view;
  }

  /** Guards some databases. */
  void of(List<SqliteSource> sources, String label) {
    try (GuardSignals signals = GuardSignals.take(text -> view.interject(session, text))) {
      try {
        guard(sources, label, signals);
      } catch (BackupException failure) {
        view.fail(view.failure(failure, signals.received()));
      }
    }
  }

  private void guard(List<SqliteSource> sources, String label, GuardSignals signals) {
    List<Path> databases = paths(sources);
    view.putDatabases(databases);
    CommandEnvironment environment = CommandEnvironment.of(System.getenv());
    Program program = Program.find(command.get(0), System.getenv());
    Optional<Failure> obstacle = program.obstacle(command.get(0));
    if (obstacle.isPresent()) {
      view.fail(obstacle.get());
      return;
    }
    session.listen(signals::hear);
    session.listen(this::mentionRecovery);
    BackupHelper backups = session.open(session.directory(), sources);
    try (MigrationSession migration =
        open(MigrationGuard.of(backups).withPolicy(policy), label, signals)) {
      view.protectedBy(migration.safetyBackup());
      run(migration, program, environment.guarding(databases), signals);
    }
  }

  private static List<Path> paths(List<SqliteSource> sources) {
    List<Path> paths = new ArrayList<>();
    for (SqliteSource source : sources) {
      paths.add(
          Failures.translate(
              "cannot find the database",
              () -> {
                try {
                  return source.target().path();
                } catch (NoSuchFileException folder) {
                  return Path.of(String.valueOf(folder.getFile()));
                }
              }));
    }
    return paths.stream().distinct().toList();
  }

  private void mentionRecovery(BackupEvent event) {
    if (event instanceof BackupEvent.Step step
        && step.operation().equals("recover")
        && step.step().startsWith("plan-")) {
      view.tell(session, "what a killed process left open was resolved first: " + step.subject());
    }
  }

  /** Opens a migration; says so before it waits for somebody else. */
  private MigrationSession open(MigrationGuard guard, String label, GuardSignals signals) {
    try {
      return guard.withPolicy(policy.withPatience(Duration.ZERO)).open(label);
    } catch (LockedException inUse) {
      boolean byOtherGuard = inUse.getCause() instanceof LockHeldException && signals.isWaiting();
      if (!byOtherGuard || policy.patience().isZero()) {
        throw inUse;
      }
      view.tell(
          session,
          "waiting up to %s: %s".formatted(Format.duration(policy.patience()), inUse.getMessage()));
      return guard.open(label);
    }
  }

  private void run(
      MigrationSession migration,
      Program program,
      CommandEnvironment environment,
      GuardSignals signals) {
    view.begin(session, migration.safetyBackup());
    Optional<RunningCommand> running = start(migration, program, environment, signals);
    if (running.isPresent()) {
      end(migration, await(migration, running.get(), signals), signals);
    }
  }

  /** Starts the command. Where it does not, nothing ran: there is nothing to check or to undo. */
  private Optional<RunningCommand> start(
      MigrationSession migration,
      Program program,
      CommandEnvironment environment,
      GuardSignals signals) {
    markStart(migration);
    // Asked last: a key that is pressed before the command is there does not reach it.
    Optional<EndingSignal> early = signals.received();
    if (early.isPresent()) {
      view.put(migration.cancel());
      view.fail(view.interrupted(early.get(), null));
      return Optional.empty();
    }
    try {
      return Optional.of(
          RunningCommand.start(
              program.words(command), environment, session.environment().terminal().canDraw()));
    } catch (IOException notStarted) {
      cancel(migration, notStarted);
      view.fail(failure(notStarted));
      return Optional.empty();
    }
  }

  private void markStart(MigrationSession migration) {
    try {
      migration.startingWorker();
    } catch (RuntimeException unmarked) {
      cancel(migration, unmarked);
      throw unmarked;
    }
  }

  private void cancel(MigrationSession migration, Exception reason) {
    try {
      view.put(migration.cancel());
    } catch (BackupException markerStays) {
      markerStays.addSuppressed(reason);
      throw markerStays;
    }
  }

  private void end(MigrationSession migration, int exit, GuardSignals signals) {
    view.ended(exit, signals.received());
    if (exit == 0) {
      view.show(session, migration.succeed());
    } else {
      IllegalStateException failure = new IllegalStateException(GuardView.words(exit));
      MigrationReport report = migration.fail(failure);
      view.show(report, failure, exit);
    }
  }

  private int await(MigrationSession migration, RunningCommand running, GuardSignals signals) {
    signals.running(running);
    try {
      migration.startedWorker(running.handle());
    } catch (RuntimeException unmarked) {
      // Whatever went wrong, the command runs, and nothing is undone before it has ended. The
      // marker
      // says that a process is being started: a recovery does nothing unasked.
      session.warn(
          unmarked instanceof BackupException
              ? String.valueOf(unmarked.getMessage())
              : unmarked.toString());
    }
    int exit = running.waitFor();
    signals.ended();
    signals
        .received()
        .ifPresent(
            signal ->
                running
                    .endOffspring(signal)
                    .forEach(
                        process ->
                            session.warn(
                                "process %d, which the command started, still runs"
                                    .formatted(process.pid()))));
    return exit;
  }

  private Failure failure(IOException notStarted) {
    // The platform says it in words alone, and Java 25 in others than Java 17: ENOENT, here of the
    // interpreter that a script names.
    String text = String.valueOf(notStarted.getMessage());
    return text.contains("error=2,") || text.contains("error: 2 (")
        ? Program.notFound(command.get(0))
        : Program.notRunnable(command.get(0), text.replaceFirst(".*error=\\d+, ", ""));
  }
}
