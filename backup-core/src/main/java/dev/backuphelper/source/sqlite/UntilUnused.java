package dev.backuphelper.source.sqlite;

import dev.backuphelper.source.SourceBusyException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Does what needs a database that nobody else has open, again and again for a while: pools close
 * their connections in the background. SQLite itself does not wait for that.
 */
final class UntilUnused {
  /** Whoever keeps it open longer keeps it open: to wait on is to wait in vain. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration PAUSE = Duration.ofMillis(20);

  private UntilUnused() {}

  /** What is done. */
  interface Step {
    void run() throws IOException, SQLException;
  }

  /**
   * Does it.
   *
   * @param patience how long to wait at most; {@link #PATIENCE} is the limit of that
   * @throws SourceBusyException if it was in use all the while
   */
  static void run(Duration patience, Step step) throws IOException, SQLException {
    Duration atMost = patience.compareTo(PATIENCE) < 0 ? patience : PATIENCE;
    long end = System.nanoTime() + atMost.toNanos();
    while (true) {
      try {
        step.run();
        return;
      } catch (SourceBusyException inUse) {
        if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
          throw inUse;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }
}
