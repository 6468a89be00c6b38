package dev.backuphelper.source;

import java.io.IOException;

/** A source is there, but its content is no database of the engine, or too broken to be read. */
public class SourceUnreadableException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message that names the source and what it is not. */
  public SourceUnreadableException(String message) {
    super(message);
  }
}
