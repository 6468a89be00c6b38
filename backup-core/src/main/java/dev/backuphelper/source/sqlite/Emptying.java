package dev.backuphelper.source.sqlite;

import dev.backuphelper.source.Progress;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.TargetState;
import dev.backuphelper.source.sqlite.Connector.Mode;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.sqlite.SQLiteConnection;

/**
 * Takes away a database that was made where none was. First its content goes, through SQLite, so
 * that connections that are open see it; then its file, unless somebody has it open: he would go on
 * with a file that nobody else sees.
 */
final class Emptying {
  private final Path target;
  private final Connector connector;

  Emptying(Path target, Connector connector) {
    this.target = target;
    this.connector = connector;
  }

  /** Returns whether the file is as wanted; if not, it is open elsewhere and has no tables. */
  boolean empty(TargetState wanted, Path aside, Duration patience) throws IOException {
    try {
      removeContent(patience);
      return removeFile(wanted, aside, patience);
    } catch (SQLException e) {
      throw SqliteFailure.of(target, e);
    }
  }

  private boolean removeFile(TargetState wanted, Path aside, Duration patience)
      throws IOException, SQLException {
    try {
      UntilUnused.run(patience, () -> new Removal(target).undo(wanted, aside));
      return true;
    } catch (SourceBusyException | FileSystemException inUse) {
      return false;
    }
  }

  private void removeContent(Duration patience) throws IOException, SQLException {
    long pageSize;
    try (ReadTransaction present = ReadTransaction.begin(target, connector, patience)) {
      pageSize = Query.number(present.connection(), "PRAGMA page_size");
    }
    try (SQLiteConnection nothing = connector.memory()) {
      // Pages of one size, because a log keeps those that it has.
      Query.run(nothing, "PRAGMA page_size=" + pageSize);
      Query.run(nothing, "VACUUM");
      int code = OnlineCopy.run(nothing, Mode.READ_WRITE.uri(target), patience, Progress.NONE);
      if (code != 0) {
        throw SqliteFailure.of(target, code);
      }
    }
    try (ReadTransaction present = ReadTransaction.begin(target, connector, patience)) {
      if (Query.number(present.connection(), "SELECT count(*) FROM sqlite_schema") != 0) {
        throw new IOException("somebody else changes " + target + " at the same time");
      }
    }
  }
}
