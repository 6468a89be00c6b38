package dev.backuphelper.source;

import java.io.IOException;
import java.util.Objects;

/**
 * How an application lets go of connections that it keeps open, for as long as its databases are
 * restored. SQLite leaves a write-ahead log, changes the size of pages and gives up a file only
 * while nobody else has it open.
 *
 * <p>Called in the thread of the restore, before it writes, and only if there is something to
 * restore. Needs not be thread-safe.
 */
@FunctionalInterface
public interface ConnectionRelease {
  /** Lets go of nothing. */
  ConnectionRelease NONE = () -> () -> {};

  /**
   * Closes the connections, or those of them that are idle. It need not wait until they are closed:
   * the restore does, for about a second.
   *
   * @return run once when the restore is over, whatever became of it: from then on connections may
   *     be opened again
   * @throws IOException if that failed; it becomes a warning, and the restore goes on
   */
  Runnable release() throws IOException;

  /** Returns what does this, and then another; both are taken back in the other order. */
  default ConnectionRelease and(ConnectionRelease next) {
    Objects.requireNonNull(next, "next");
    return () -> {
      Runnable first = release();
      try {
        Runnable second = next.release();
        return () -> {
          try {
            second.run();
          } finally {
            first.run();
          }
        };
      } catch (IOException | RuntimeException | Error failure) {
        first.run();
        throw failure;
      }
    };
  }
}
