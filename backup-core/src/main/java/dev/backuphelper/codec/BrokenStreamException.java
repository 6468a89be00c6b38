package dev.backuphelper.codec;

import java.io.IOException;

/** Tells that bytes which could be read are not what they should be. */
public final class BrokenStreamException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception of bytes that are not what they should be. */
  public BrokenStreamException(String message) {
    super(message);
  }

  /** Creates the exception of bytes that a codec refuses. */
  public BrokenStreamException(String message, Throwable cause) {
    super(message, cause);
  }
}
