package dev.backuphelper.internal.io;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A JSON document is not what it should be; the message names the key. */
public final class MalformedDocumentException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates an exception. */
  public MalformedDocumentException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
