package dev.backuphelper.error;

import org.jspecify.annotations.Nullable;

/** Somebody else holds a lock or uses the database: wait, or stop them, and try again. */
public final class LockedException extends BackupException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a hint that may be null. */
  public LockedException(String message, @Nullable String hint) {
    this(message, hint, null);
  }

  /** Creates an exception with a hint and a cause, each of which may be null. */
  public LockedException(String message, @Nullable String hint, @Nullable Throwable cause) {
    super(ErrorCode.LOCKED, message, hint, cause);
  }
}
