package dev.backuphelper.source.sqlite;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;

/** Versions of SQLite, as {@code sqlite_version()} spells them. */
final class SqliteVersion {
  /** The first version that cannot lose a commit when two connections reset a log. */
  private static final int[] FIRST_GOOD = {3, 51, 3};

  private static final AtomicBoolean WARNED = new AtomicBoolean();

  private SqliteVersion() {}

  /** Says once in the life of a process that its SQLite is too old for write-ahead logs. */
  static void warnOfLostCommits(String version, Logger log) {
    if (isOlderThanGood(version) && WARNED.compareAndSet(false, true)) {
      log.warn(
          "SQLite {} can lose commits of databases with a write-ahead log; use sqlite-jdbc 3.51.3.0"
              + " or newer",
          version);
    }
  }

  static boolean isOlderThanGood(String version) {
    int[] parts =
        Arrays.stream(version.split("\\.", -1))
            .mapToInt(part -> part.matches("\\d{1,6}") ? Integer.parseInt(part) : 0)
            .toArray();
    return Arrays.compare(parts, FIRST_GOOD) < 0;
  }
}
