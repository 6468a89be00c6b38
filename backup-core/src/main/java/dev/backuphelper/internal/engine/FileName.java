package dev.backuphelper.internal.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** How long names of files can be. */
final class FileName {
  /** The file systems in use take no more, in bytes. */
  static final int LIMIT = 255;

  private FileName() {}

  /** Tells whether no file can have such a name. */
  static boolean isTooLong(Path file) {
    return bytes(file) > LIMIT;
  }

  /** Returns the length of a file's name in bytes. */
  static int bytes(Path file) {
    return String.valueOf(file.getFileName()).getBytes(StandardCharsets.UTF_8).length;
  }
}
