package dev.backuphelper.source.sqlite;

import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.Target.WriteOrder;
import dev.backuphelper.source.sqlite.Connector.Mode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/**
 * Writes an image through SQLite into an existing file, as one transaction: connections that are
 * open see the new content, the old one stays until the last moment, and a process that dies leaves
 * one or the other.
 *
 * <p>The copy runs from the image into the target, never as the driver's {@code restore}, which
 * reports success when it failed. It opens the target with {@code mode=rw}, so that a file which
 * vanished is not made anew.
 */
final class WriteThrough {
  private final Path target;
  private final Connector connector;

  WriteThrough(Path target, Connector connector) {
    this.target = target;
    this.connector = connector;
  }

  /**
   * Writes an image.
   *
   * @return whether it was written; if not, nothing was changed, because the file cannot be read
   * @throws SourceBusyException if it stayed locked; nothing was changed
   */
  boolean write(WriteOrder order, boolean empty) throws IOException {
    try {
      return empty ? writeIntoEmpty(order) : writeIntoDatabase(order);
    } catch (SQLException e) {
      if (SqliteFailure.isDamage(e)) {
        return false;
      }
      throw SqliteFailure.of(target, e);
    }
  }

  private boolean writeIntoEmpty(WriteOrder order) throws IOException, SQLException {
    if (!copy(order)) {
      return false;
    }
    if (JournalMode.of(order.facts()) == JournalMode.WAL) {
      afterwards(() -> setJournalMode(JournalMode.WAL, order.patience()));
    }
    return true;
  }

  private boolean writeIntoDatabase(WriteOrder order) throws IOException, SQLException {
    boolean wal;
    boolean samePages;
    try (ReadTransaction present = ReadTransaction.begin(target, connector, order.patience())) {
      wal = present.isWal();
      samePages = Query.number(present.connection(), "PRAGMA page_size") == pageSize(order.image());
    }
    if (wal && !samePages) {
      return writeWithOtherPages(order);
    }
    boolean written = copy(order);
    if (written && wal) {
      afterwards(this::emptyLog);
    }
    return written;
  }

  /** Something done once the image is written. */
  private interface Step {
    void run() throws IOException, SQLException;
  }

  /**
   * Does what is left to do. The target is changed by then, so no failure may pass for one of a
   * target that is busy or cannot be read.
   */
  private void afterwards(Step step) throws IOException {
    try {
      step.run();
    } catch (IOException e) {
      throw new IOException(target + " was written, but then: " + e.getMessage(), e);
    } catch (SQLException e) {
      IOException told = SqliteFailure.of(target, e);
      throw new IOException(target + " was written, but then: " + told.getMessage(), told);
    }
  }

  /**
   * SQLite changes the size of pages only while there is no log, which takes an unused database.
   */
  private boolean writeWithOtherPages(WriteOrder order) throws IOException, SQLException {
    UntilUnused.run(order.patience(), () -> setJournalMode(JournalMode.DELETE, Duration.ZERO));
    try {
      if (!copy(order)) {
        setJournalMode(JournalMode.WAL, order.patience());
        return false;
      }
      afterwards(() -> setJournalMode(JournalMode.WAL, order.patience()));
      return true;
    } catch (IOException | SQLException e) {
      bringBackLog(e);
      throw e;
    }
  }

  private void bringBackLog(Exception cause) {
    try {
      setJournalMode(JournalMode.WAL, Duration.ZERO);
    } catch (IOException | SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private boolean copy(WriteOrder order) throws IOException, SQLException {
    try (SQLiteConnection image = connector.plainImage(order.image())) {
      int code =
          OnlineCopy.run(image, Mode.READ_WRITE.uri(target), order.patience(), order.progress());
      if (code == 0) {
        return true;
      }
      if (SqliteFailure.isDamage(SQLiteErrorCode.getErrorCode(code & 0xff))) {
        return false;
      }
      throw SqliteFailure.of(target, code);
    }
  }

  private static int pageSize(Path image) throws IOException {
    return ImageFile.header(image)
        .map(Header::pageSize)
        .orElseThrow(() -> SqliteFailure.unknownFormat(image));
  }

  /** Exclusive locking makes SQLite notice readers that are idle now. */
  void setJournalMode(JournalMode mode, Duration patience) throws IOException, SQLException {
    try (SQLiteConnection connection = connector.writer(target, patience)) {
      if (mode == JournalMode.DELETE) {
        Query.run(connection, "PRAGMA locking_mode=EXCLUSIVE");
      }
      String now = Query.text(connection, "PRAGMA journal_mode=" + mode.key());
      if (!now.equalsIgnoreCase(mode.key())) {
        throw new SourceBusyException(
            target + " cannot change its journal mode while it is in use");
      }
    } catch (SQLException e) {
      if (SqliteFailure.isBusy(e)) {
        throw new SourceBusyException(
            target + " cannot change its journal mode while it is in use");
      }
      throw e;
    }
  }

  /** The whole image went through the log. Readers may keep it; the next writer uses it again. */
  private void emptyLog() throws SQLException {
    try (SQLiteConnection connection = connector.writer(target, Duration.ZERO)) {
      Query.run(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (SQLException e) {
      if (!SqliteFailure.isBusy(e)) {
        throw e;
      }
    }
  }
}
