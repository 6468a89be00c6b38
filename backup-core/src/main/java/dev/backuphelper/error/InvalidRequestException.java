package dev.backuphelper.error;

import org.jspecify.annotations.Nullable;

/** A request, setting or argument makes no sense: correct the call. */
public final class InvalidRequestException extends BackupException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a hint that may be null. */
  public InvalidRequestException(String message, @Nullable String hint) {
    this(message, hint, null);
  }

  /** Creates an exception with a hint and a cause, each of which may be null. */
  public InvalidRequestException(String message, @Nullable String hint, @Nullable Throwable cause) {
    super(ErrorCode.INVALID_REQUEST, message, hint, cause);
  }
}
