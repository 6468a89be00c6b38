package dev.backuphelper.source.sqlite;

import dev.backuphelper.source.Progress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;

/**
 * SQLite's backup interface, in the one direction that reports its errors: from an open connection
 * into a file. The driver's {@code restore} asks the wrong handle and calls a failure a success.
 *
 * <p>A copy cannot be stopped: the driver's loop heeds neither an exception of its observer (which
 * is undefined behaviour in native code) nor {@code Statement.cancel()}.
 */
final class OnlineCopy {
  /** So many pages that their number does not slow the copy, and so few that a bar moves. */
  private static final int PAGES_PER_STEP = 4000;

  private static final int ALL_PAGES = -1;
  private static final int PAUSE_MILLIS = 20;
  private static final Logger LOG = LoggerFactory.getLogger(OnlineCopy.class);

  private OnlineCopy() {}

  /**
   * Copies the main database of a connection.
   *
   * @param destination a path or URI; the file must exist
   * @param patience how long to wait in all while the destination is locked
   * @return SQLite's result code: 0 for success, and nothing else
   */
  static int run(SQLiteConnection from, String destination, Duration patience, Progress progress)
      throws SQLException {
    boolean silent = progress == Progress.NONE;
    long pageSize = Query.number(from, "PRAGMA page_size");
    GuardedObserver observer = silent ? null : new GuardedObserver(progress, pageSize);
    long pauses =
        Math.min(TimeUnit.MILLISECONDS.convert(patience) / PAUSE_MILLIS, Integer.MAX_VALUE);
    return from.getDatabase()
        .backup(
            "main",
            destination,
            observer,
            PAUSE_MILLIS,
            (int) pauses,
            silent ? ALL_PAGES : PAGES_PER_STEP);
  }

  /** Keeps exceptions away from native code. */
  private static final class GuardedObserver implements DB.ProgressObserver {
    private final Progress progress;
    private final long pageSize;
    private @Nullable Throwable broken;

    GuardedObserver(Progress progress, long pageSize) {
      this.progress = progress;
      this.pageSize = pageSize;
    }

    @Override
    @SuppressWarnings("CatchingUnchecked")
    public void progress(int remaining, int pageCount) {
      if (broken != null) {
        return;
      }
      try {
        progress.at((pageCount - (long) remaining) * pageSize, pageCount * pageSize);
      } catch (Throwable e) {
        broken = e;
        LOG.warn("progress is no longer reported, because its listener failed", e);
      }
    }
  }
}
