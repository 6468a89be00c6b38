package dev.backuphelper.error;

import org.jspecify.annotations.Nullable;

/** A key or passphrase is missing or wrong: give another one. Nothing was touched. */
public final class KeyException extends BackupException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a hint. */
  public KeyException(String message, String hint) {
    this(message, hint, null);
  }

  /** Creates an exception with a hint and a cause that may be null. */
  public KeyException(String message, String hint, @Nullable Throwable cause) {
    super(ErrorCode.KEY_UNUSABLE, message, hint, cause);
  }
}
