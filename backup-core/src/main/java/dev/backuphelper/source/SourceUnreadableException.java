package dev.backuphelper.source;

import java.io.IOException;

/** A source is there, but its content is no database of the engine, or too broken to be read. */
public final class SourceUnreadableException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean foreign;

  /** Creates an exception with a message that names the source and what it is not. */
  public SourceUnreadableException(String message) {
    this(message, false);
  }

  private SourceUnreadableException(String message, boolean foreign) {
    super(message);
    this.foreign = foreign;
  }

  /**
   * Creates an exception for content in a format that the engine does not know.
   *
   * @param message names the source and what it is not
   */
  public static SourceUnreadableException foreign(String message) {
    return new SourceUnreadableException(message, true);
  }

  /**
   * Tells whether nothing of the content is the engine's, so that nobody can have it open as a
   * database. What is merely damaged may be.
   */
  public boolean isForeign() {
    return foreign;
  }
}
