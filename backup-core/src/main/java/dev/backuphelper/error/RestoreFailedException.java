package dev.backuphelper.error;

import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RestoreOutcome;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A restore failed after it had begun to write; says how the targets were left. */
public final class RestoreFailedException extends BackupException {
  private static final long serialVersionUID = 1L;

  /** How the targets were left. */
  private final RestoreOutcome outcome;

  /** The safety backup's id as text (ids are no serializable type); null when there is none. */
  private final @Nullable String safetyBackup;

  /** Creates an exception; {@code safetyBackup}, {@code hint} and {@code cause} may be null. */
  public RestoreFailedException(
      ErrorCode code,
      String message,
      @Nullable String hint,
      @Nullable Throwable cause,
      RestoreOutcome outcome,
      @Nullable BackupId safetyBackup) {
    super(code, message, hint, cause);
    this.outcome = outcome;
    this.safetyBackup = safetyBackup == null ? null : safetyBackup.value();
  }

  /** Returns how the targets were left: rolled back, or unknown. */
  public RestoreOutcome outcome() {
    return outcome;
  }

  /** Returns the safety backup that holds the state before, if one was made. */
  public Optional<BackupId> safetyBackup() {
    return Optional.ofNullable(safetyBackup).map(BackupId::new);
  }
}
