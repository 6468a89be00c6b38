package dev.backuphelper.source.sqlite;

import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.SourceUnreadableException;
import dev.backuphelper.source.sqlite.Connector.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/**
 * A connection to a live database that holds one moment of it: in WAL mode nobody waits for it,
 * with a rollback journal writers wait until it is closed.
 *
 * <p>The first read asks for {@code schema_version}, which takes the lock without parsing the
 * schema, so that a database whose schema is damaged can still be copied.
 */
final class ReadTransaction implements AutoCloseable {
  private final Path database;
  private final Connector connector;
  private final Mode mode;
  private final SQLiteConnection connection;
  private final boolean wal;
  private final Optional<BasicFileAttributes> before;

  private ReadTransaction(Path database, Connector connector, Mode mode, Duration patience)
      throws SQLException, IOException {
    this.database = database;
    this.connector = connector;
    this.mode = mode;
    before = DatabaseFile.attributes(database);
    connection = connector.reader(database, mode, patience);
    try {
      Query.run(connection, "BEGIN");
      Query.number(connection, "PRAGMA schema_version");
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
    // While a reader is in it, a WAL database always has its log beside it.
    wal = mode == Mode.IMMUTABLE || Files.exists(DatabaseFile.sidecar(database, DatabaseFile.WAL));
  }

  /**
   * Begins to read.
   *
   * @throws SourceUnreadableException if the content is no database
   * @throws SourceBusyException if it stayed locked
   */
  static ReadTransaction begin(Path database, Connector connector, Duration patience)
      throws IOException {
    List<SQLException> failures = new ArrayList<>();
    for (Mode mode : modes(database, connector)) {
      try {
        return new ReadTransaction(database, connector, mode, patience);
      } catch (SQLException e) {
        failures.add(e);
        if (!isDenied(e)) {
          break;
        }
      }
    }
    throw SqliteFailure.of(database, failures.get(failures.size() - 1));
  }

  /**
   * Least invasive first. A log that is there is left alone by a read-only connection. Without one,
   * a database may still ask for a log; only a connection that may write takes that away again when
   * it is closed. Where a log cannot be made, or would be left to an owner who may not open it,
   * such a database is read as it stands: without a log nobody has it open.
   */
  private static List<Mode> modes(Path database, Connector connector) throws IOException {
    boolean writable = Files.isWritable(database);
    if (Files.exists(DatabaseFile.sidecar(database, DatabaseFile.WAL))) {
      return writable ? List.of(Mode.READ_ONLY, Mode.READ_WRITE) : List.of(Mode.READ_ONLY);
    }
    if (writable && Files.isWritable(PrivateFiles.parent(database))) {
      return List.of(Mode.READ_WRITE);
    }
    if (!DatabaseFile.hasSidecarContent(database) && asksForLog(database, connector)) {
      return List.of(Mode.IMMUTABLE);
    }
    return writable ? List.of(Mode.READ_WRITE, Mode.READ_ONLY) : List.of(Mode.READ_ONLY);
  }

  /** Without locks SQLite cannot share a log, and so does not open what asks for one. */
  private static boolean asksForLog(Path database, Connector connector) {
    try (SQLiteConnection look = connector.reader(database, Mode.UNLOCKED, Duration.ZERO)) {
      Query.number(look, "PRAGMA schema_version");
      return false;
    } catch (SQLException e) {
      return SqliteFailure.code(e) == SQLiteErrorCode.SQLITE_CANTOPEN;
    }
  }

  private static boolean isDenied(SQLException failure) {
    SQLiteErrorCode code = SqliteFailure.code(failure);
    return code == SQLiteErrorCode.SQLITE_CANTOPEN
        || code == SQLiteErrorCode.SQLITE_READONLY
        || code == SQLiteErrorCode.SQLITE_PERM;
  }

  SQLiteConnection connection() {
    return connection;
  }

  /** Tells whether the database keeps a write-ahead log. */
  boolean isWal() {
    return wal;
  }

  /**
   * Makes sure that what was read without locks was not written meanwhile.
   *
   * @throws SourceBusyException if it was
   */
  void requireUntouched() throws IOException {
    if (mode == Mode.IMMUTABLE && (DatabaseFile.hasSidecarContent(database) || changed())) {
      throw new SourceBusyException(database + " was opened for writing while it was copied");
    }
  }

  private boolean changed() throws IOException {
    Optional<BasicFileAttributes> after = DatabaseFile.attributes(database);
    return before.isEmpty()
        || after.isEmpty()
        || before.get().size() != after.get().size()
        || !before.get().lastModifiedTime().equals(after.get().lastModifiedTime());
  }

  @Override
  public void close() throws IOException {
    try {
      connection.close();
    } catch (SQLException e) {
      throw SqliteFailure.of(database, e);
    }
    if (mode == Mode.READ_ONLY) {
      removeEmptyLog();
    }
  }

  /**
   * If the last writer left while we read, its log stayed, and a read-only connection takes none
   * away. One that may write does, unless somebody has the database open. A log with content is
   * left to those who wrote it.
   */
  private void removeEmptyLog() throws IOException {
    Path log = DatabaseFile.sidecar(database, DatabaseFile.WAL);
    if (Files.exists(log) && DatabaseFile.size(log) == 0 && Files.isWritable(database)) {
      try (SQLiteConnection tidy = connector.reader(database, Mode.READ_WRITE, Duration.ZERO)) {
        Query.number(tidy, "PRAGMA schema_version");
      } catch (SQLException e) {
        // An empty log does no harm.
      }
    }
  }
}
