package dev.backuphelper.source.sqlite;

import java.io.IOException;
import java.nio.file.Path;

/** Knows where a database is, links not yet resolved. Thread-safe. */
@FunctionalInterface
interface Locator {
  /**
   * Returns the path that names the database, whether or not there is one.
   *
   * @throws IOException if it cannot be found out
   */
  Path path() throws IOException;
}
