package dev.backuphelper.internal.engine;

import java.io.IOException;
import java.nio.file.Path;

/** What lies beside a database in the place of a plan cannot be used. */
final class UnusablePlanException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String file;

  UnusablePlanException(Path file, Exception cause) {
    super("the open plan %s cannot be used: %s".formatted(file, cause.getMessage()), cause);
    this.file = file.toString();
  }

  /** Returns the path of the file. */
  String file() {
    return file;
  }
}
