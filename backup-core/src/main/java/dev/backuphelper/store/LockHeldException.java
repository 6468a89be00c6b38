package dev.backuphelper.store;

import java.io.IOException;

/** A lock is held by somebody else; the message names the holder as far as it is known. */
public final class LockHeldException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception with a message that names the lock and its holder. */
  public LockHeldException(String message) {
    super(message);
  }
}
