package dev.backuphelper.source;

/**
 * A source is there, but its content is in a format that the engine does not know: nothing of it is
 * the engine's, so that nobody can have it open as a database.
 */
public final class UnknownContentException extends SourceUnreadableException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message that names the source and what it is not. */
  public UnknownContentException(String message) {
    super(message);
  }
}
