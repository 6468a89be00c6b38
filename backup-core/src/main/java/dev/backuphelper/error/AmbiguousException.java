package dev.backuphelper.error;

import org.jspecify.annotations.Nullable;

/** More than one backup or group fits what was named: name one of those that the message lists. */
public final class AmbiguousException extends BackupException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a hint that may be null. */
  public AmbiguousException(String message, @Nullable String hint) {
    this(message, hint, null);
  }

  /** Creates an exception with a hint and a cause, each of which may be null. */
  public AmbiguousException(String message, @Nullable String hint, @Nullable Throwable cause) {
    super(ErrorCode.AMBIGUOUS, message, hint, cause);
  }
}
