package dev.backuphelper.error;

import org.jspecify.annotations.Nullable;

/** A safety rule forbids what was asked; the message names the rule and the way out. */
public final class RefusedException extends BackupException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a hint that may be null. */
  public RefusedException(String message, @Nullable String hint) {
    this(message, hint, null);
  }

  /** Creates an exception with a hint and a cause, each of which may be null. */
  public RefusedException(String message, @Nullable String hint, @Nullable Throwable cause) {
    super(ErrorCode.REFUSED, message, hint, cause);
  }
}
