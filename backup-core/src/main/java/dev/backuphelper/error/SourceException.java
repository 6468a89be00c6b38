package dev.backuphelper.error;

import org.jspecify.annotations.Nullable;

/** A source is missing or cannot be read: look at the database itself. */
public final class SourceException extends BackupException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a hint that may be null. */
  public SourceException(ErrorCode code, String message, @Nullable String hint) {
    this(code, message, hint, null);
  }

  /** Creates an exception with a hint and a cause, each of which may be null. */
  public SourceException(
      ErrorCode code, String message, @Nullable String hint, @Nullable Throwable cause) {
    super(code, message, hint, cause);
  }
}
