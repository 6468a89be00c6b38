package dev.backuphelper.catalog;

import java.io.IOException;

/** A document was written in a format that this version does not read. */
public final class UnknownFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message that names the format. */
  public UnknownFormatException(String message) {
    super(message);
  }
}
