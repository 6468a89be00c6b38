package dev.backuphelper.error;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of everything the library throws. The message names the thing and the value; {@link
 * #hint()} says what to do about it.
 */
public abstract class BackupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  private final ErrorCode code;

  /** What to do about it; null when there is nothing to say. */
  private final @Nullable String hint;

  /**
   * Creates an exception.
   *
   * @param code the stable code
   * @param message lower case, naming the thing and the value
   * @param hint a full sentence with the remedy, or null
   * @param cause what was caught, or null
   */
  protected BackupException(
      ErrorCode code, String message, @Nullable String hint, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.hint = hint;
  }

  /** Returns the stable code. */
  public ErrorCode code() {
    return code;
  }

  /** Returns a sentence with the remedy, if there is one. */
  public Optional<String> hint() {
    return Optional.ofNullable(hint);
  }
}
