package dev.backuphelper.error;

import org.jspecify.annotations.Nullable;

/** No such backup: list what there is. */
public final class BackupNotFoundException extends BackupException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a hint that may be null. */
  public BackupNotFoundException(String message, @Nullable String hint) {
    this(message, hint, null);
  }

  /** Creates an exception with a hint and a cause, each of which may be null. */
  public BackupNotFoundException(String message, @Nullable String hint, @Nullable Throwable cause) {
    super(ErrorCode.BACKUP_NOT_FOUND, message, hint, cause);
  }
}
