package dev.backuphelper.migration;

import dev.backuphelper.model.BackupId;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What became of a guarded migration.
 *
 * @param label its name
 * @param outcome how the databases were left
 * @param safetyBackup the backup of the former content; empty when none was made
 * @param failedState the backup of what a failed migration left; empty when none was made
 * @param backup how long the safety backup took; zero when none was made
 * @param migration how long the migration took
 * @param checks how long the checks after it took
 * @param restore how long putting the former content back took; zero when it was not done
 * @param warnings what is worth knowing
 */
public record MigrationReport(
    String label,
    Outcome outcome,
    Optional<BackupId> safetyBackup,
    Optional<BackupId> failedState,
    Duration backup,
    Duration migration,
    Duration checks,
    Duration restore,
    List<String> warnings) {
  /** Causes may form a ring. */
  private static final int MAX_CAUSES = 100;

  /** Copies the list. */
  public MigrationReport {
    warnings = List.copyOf(warnings);
  }

  /** How the databases were left. */
  public enum Outcome {
    /** Nothing was pending, so nothing was backed up. */
    NOTHING_PENDING,
    /** It was not begun; nothing was changed. */
    NOT_BEGUN,
    /** Migrated. */
    MIGRATED,
    /** The migration failed, and the former content is there again. */
    RESTORED,
    /** The migration failed, and what it left is still there, as the policy says. */
    LEFT,
    /** The migration failed, and so did putting the former content back. */
    RESTORE_FAILED;

    /** Returns the spelling of reports: the name in lower case. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Returns the report that a guard attached to a failure, or to one of its causes: frameworks wrap
   * what is thrown while they start.
   */
  public static Optional<MigrationReport> of(Throwable failure) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
      Optional<MigrationReport> report = attachedTo(cause);
      if (report.isPresent()) {
        return report;
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }

  private static Optional<MigrationReport> attachedTo(Throwable cause) {
    return Stream.concat(Stream.of(cause), Stream.of(cause.getSuppressed()))
        .filter(MigrationFailedException.class::isInstance)
        .map(found -> ((MigrationFailedException) found).report())
        .findFirst();
  }
}
