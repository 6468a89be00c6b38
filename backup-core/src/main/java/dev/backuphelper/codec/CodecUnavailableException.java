package dev.backuphelper.codec;

import java.io.IOException;

/** Tells that a codec cannot be used on this system, or as this one is set up. */
public final class CodecUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public CodecUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
