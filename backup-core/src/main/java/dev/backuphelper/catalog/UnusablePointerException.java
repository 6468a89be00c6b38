package dev.backuphelper.catalog;

import java.io.IOException;

/** What a store says of something open cannot be read, so it is unknown which backups it needs. */
public final class UnusablePointerException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message that names the file. */
  public UnusablePointerException(String message) {
    super(message);
  }
}
