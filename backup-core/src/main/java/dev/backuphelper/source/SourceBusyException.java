package dev.backuphelper.source;

import java.io.IOException;

/** A database is in use in a way that forbids what was asked; trying later may help. */
public final class SourceBusyException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message that names the database and what stands in the way. */
  public SourceBusyException(String message) {
    super(message);
  }
}
