package dev.backuphelper.internal.delta;

import java.io.IOException;

/** Tells that the pages of a former image cannot be had, so that nothing can be compared with. */
public final class FormerPagesException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception. */
  public FormerPagesException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
