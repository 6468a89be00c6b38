package dev.backuphelper.migration;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Says what became of the databases after a migration failed. It is attached as a suppressed
 * exception to what the migration threw; it is thrown itself when a check failed after the
 * migration, or when one that was not begun has something else to tell.
 */
public final class MigrationFailedException extends BackupException {
  private static final long serialVersionUID = 1L;

  /** What became of the migration. */
  private final transient MigrationReport report;

  /** Creates an exception; {@code hint} and {@code cause} may be null. */
  public MigrationFailedException(
      MigrationReport report, String message, @Nullable String hint, @Nullable Throwable cause) {
    super(ErrorCode.MIGRATION_FAILED, message, hint, cause);
    this.report = report;
  }

  /** Returns what became of the migration. */
  public MigrationReport report() {
    return report;
  }
}
