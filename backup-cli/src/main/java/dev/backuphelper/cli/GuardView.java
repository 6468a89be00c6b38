package dev.backuphelper.cli;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.migration.MigrationFailedException;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.model.BackupId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a guard did: for programs in its report, for people on stderr.
 *
 * @param label the migration's name
 * @param result takes it
 */
record GuardView(String label, Result result) {
  private static final int SIGNALLED = 128;

  /** Sets the values of a guard that did not get far. */
  void putNothing() {
    result.failsWith(ExitCodes.GUARD_FAILED);
    result.put("label", label);
    putDatabases(List.of());
    result.put("outcome", null);
    result.put("command_exit", null);
    result.put("signal", null);
    protectedBy(Optional.empty());
    result.put("failed_state_id", null);
    putDurations(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
  }

  void putDatabases(List<Path> databases) {
    result.put("databases", databases.stream().map(Path::toString).toList());
  }

  void protectedBy(Optional<BackupId> safetyBackup) {
    result.put("safety_backup_id", safetyBackup.map(BackupId::value).orElse(null));
  }

  private void putDurations(
      Duration backup, Duration migration, Duration checks, Duration restore) {
    Map<String, Long> durations = new LinkedHashMap<>();
    durations.put("backup_ms", backup.toMillis());
    durations.put("migration_ms", migration.toMillis());
    durations.put("checks_ms", checks.toMillis());
    durations.put("restore_ms", restore.toMillis());
    result.put("durations", durations);
  }

  /** Says something beside what the command says. */
  void tell(Session session, String text) {
    session.tell(line(text));
  }

  /** Says something, in whatever thread. */
  void interject(Session session, String text) {
    session.interject(line(text));
  }

  private String line(String text) {
    return "guard %s: %s".formatted(label, text);
  }

  /** Says that the command is about to be run. */
  void begin(Session session, Optional<BackupId> safetyBackup) {
    tell(
        session,
        safetyBackup
            .map(id -> "safety backup %s is made and verified".formatted(id))
            .orElse("no safety backup is needed, because no database has content yet"));
  }

  /** Sets how the command ended. */
  void ended(int exit, Optional<EndingSignal> received) {
    result.put("command_exit", exit);
    result.put("signal", received.map(EndingSignal::name).orElse(null));
  }

  /** Shows a migration that went well. */
  void show(Session session, MigrationReport report) {
    put(report);
    report.warnings().forEach(session::warn);
    tell(session, "done; the databases are sound");
  }

  /** Shows one whose command failed. */
  void show(MigrationReport report, Throwable failure, int exit) {
    put(report);
    BackupException told =
        Stream.of(failure.getSuppressed())
            .filter(BackupException.class::isInstance)
            .map(BackupException.class::cast)
            .findFirst()
            .orElseThrow();
    boolean restoreFailed = report.outcome() == Outcome.RESTORE_FAILED;
    result.fail(
        new Failure(
            restoreFailed ? ErrorCode.RESTORE_FAILED.name() : "COMMAND_FAILED",
            restoreFailed ? ExitCodes.GUARD_FAILED : exit,
            failure.getMessage() + "; " + told.getMessage(),
            told.hint().orElse(null),
            told));
  }

  /** Sets what became of the migration. */
  void put(MigrationReport report) {
    result.put("outcome", report.outcome().key());
    protectedBy(report.safetyBackup());
    result.put("failed_state_id", report.failedState().map(BackupId::value).orElse(null));
    putDurations(report.backup(), report.migration(), report.checks(), report.restore());
  }

  /**
   * Returns the failure of the guard itself.
   *
   * @param received the signal that came, if one did
   */
  Failure failure(BackupException failure, Optional<EndingSignal> received) {
    if (failure instanceof MigrationFailedException failed) {
      put(failed.report());
    }
    if (failure.code() == ErrorCode.INTERRUPTED && received.isPresent()) {
      return interrupted(received.get(), failure);
    }
    // The exit codes of other commands would be mistaken for those of the command that is guarded.
    Failure known = Failure.of(failure);
    return known.exit() == ExitCodes.USAGE ? known : known.withExit(ExitCodes.GUARD_FAILED);
  }

  /** Sets why it failed. */
  void fail(Failure failure) {
    result.fail(failure);
  }

  /** Returns the failure of a guard that was asked to end before it ran the command. */
  Failure interrupted(EndingSignal signal, @Nullable Throwable cause) {
    result.put("signal", signal.name());
    return new Failure(
        ErrorCode.INTERRUPTED.name(),
        signal.exit(),
        "interrupted by the signal " + signal + " before the command was run",
        "Nothing was changed.",
        cause);
  }

  /** Says how a command ended that failed. */
  static String words(int exit) {
    for (EndingSignal signal : EndingSignal.values()) {
      if (signal.exit() == exit) {
        return "the command was ended by the signal " + signal;
      }
    }
    return exit > SIGNALLED
        ? "the command ended with exit code %d, perhaps by signal %d"
            .formatted(exit, exit - SIGNALLED)
        : "the command ended with exit code " + exit;
  }
}
