package dev.backuphelper.source.sqlite;

import java.nio.file.Path;

/**
 * SQLite's own {@code file:} URIs, in which every name can be spelt, {@code ?} and {@code %} too.
 */
final class SqliteUri {
  private SqliteUri() {}

  /** Returns the URI of a file with one parameter, such as {@code mode=rw}. */
  static String of(Path file, String parameter) {
    return "file://" + PercentCode.encode(slashed(file)) + "?" + parameter;
  }

  /** Windows paths start with a letter, SQLite's URIs always with a slash. */
  private static String slashed(Path file) {
    Path absolute = file.toAbsolutePath();
    String text = absolute.toString().replace(absolute.getFileSystem().getSeparator(), "/");
    return text.startsWith("/") ? text : "/" + text;
  }
}
