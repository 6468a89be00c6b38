package dev.backuphelper.source.sqlite;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import org.sqlite.SQLiteConnection;

/** Interrupts whatever runs on a connection when a time is over. Thread-safe. */
final class Deadline implements AutoCloseable {
  private final SQLiteConnection connection;
  private final Timer timer = new Timer("backup-sqlite-deadline", true);
  private boolean over;
  private boolean closed;

  Deadline(SQLiteConnection connection, Duration budget) {
    this.connection = connection;
    over = budget.isNegative() || budget.isZero();
    timer.schedule(
        new TimerTask() {
          @Override
          public void run() {
            interrupt();
          }
        },
        Math.max(budget.toMillis(), 0));
  }

  private synchronized void interrupt() {
    over = true;
    if (closed) {
      return;
    }
    try {
      connection.getDatabase().interrupt();
    } catch (SQLException e) {
      // Closed already: nothing runs.
    }
  }

  synchronized boolean isOver() {
    return over;
  }

  /** After this nothing more is interrupted, so that the connection may be closed. */
  @Override
  public synchronized void close() {
    closed = true;
    timer.cancel();
  }
}
