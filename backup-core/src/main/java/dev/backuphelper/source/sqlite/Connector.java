package dev.backuphelper.source.sqlite;

import dev.backuphelper.source.sqlite.SqliteSource.ConnectionHook;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConnection;

/**
 * Opens every connection of this package. Databases count as untrusted: their schema may call no
 * function with side effects, cells are checked, nothing is mapped into memory (a truncated file
 * would kill the process), and extensions stay off, as the driver leaves them. A database that is
 * missing is never created.
 */
final class Connector {
  private final ConnectionHook hook;

  Connector(ConnectionHook hook) {
    this.hook = hook;
  }

  /** How a file is opened. */
  enum Mode {
    /** Reads, and neither folds a log into the database nor removes it when closed. */
    READ_ONLY("mode=ro"),
    /** Reads and writes; rolls back a journal that a dead process left. */
    READ_WRITE("mode=rw"),
    /** Reads without locks, for a look at what cannot change; makes no sidecar. */
    UNLOCKED("mode=ro&nolock=1"),
    /** Takes no lock and sees no sidecar: for files that nobody can be writing. */
    IMMUTABLE("immutable=1");

    private final String parameter;

    Mode(String parameter) {
      this.parameter = parameter;
    }

    /** Returns the URI that opens a file so. */
    String uri(Path file) {
      return SqliteUri.of(file, parameter);
    }
  }

  /** Opens a live database for reading. */
  SQLiteConnection reader(Path database, Mode mode, Duration patience) throws SQLException {
    SQLiteConnection connection = open(mode.uri(database), patience, hook);
    return configured(connection, () -> Query.run(connection, "PRAGMA query_only=ON"));
  }

  /**
   * Opens a live database for changing its journal mode or emptying its log, both of which SQLite
   * otherwise refuses where the schema is damaged.
   */
  SQLiteConnection writer(Path database, Duration patience) throws SQLException {
    SQLiteConnection connection = open(Mode.READ_WRITE.uri(database), patience, hook);
    return configured(connection, () -> Query.run(connection, "PRAGMA writable_schema=ON"));
  }

  /** Opens a private image. */
  SQLiteConnection image(Path image) throws SQLException {
    return open(Mode.IMMUTABLE.uri(image), Duration.ZERO, hook);
  }

  /** Opens a private image without what the application registers. */
  SQLiteConnection plainImage(Path image) throws SQLException {
    return open(Mode.IMMUTABLE.uri(image), Duration.ZERO, ConnectionHook.NONE);
  }

  /** Opens an empty database in memory, which knows what the application registers. */
  SQLiteConnection memory() throws SQLException {
    return open(":memory:", Duration.ZERO, hook);
  }

  private static SQLiteConnection open(String file, Duration patience, ConnectionHook hook)
      throws SQLException {
    SQLiteConnection connection = JDBC.createConnection(JDBC.PREFIX + file, new Properties());
    return configured(
        connection,
        () -> {
          Query.run(connection, "PRAGMA busy_timeout=" + millis(patience));
          Query.run(connection, "PRAGMA trusted_schema=OFF");
          Query.run(connection, "PRAGMA cell_size_check=ON");
          Query.run(connection, "PRAGMA mmap_size=0");
          hook.onConnect(connection);
        });
  }

  private static long millis(Duration patience) {
    return Math.min(Math.max(TimeUnit.MILLISECONDS.convert(patience), 0), Integer.MAX_VALUE);
  }

  private static SQLiteConnection configured(SQLiteConnection connection, Setting setting)
      throws SQLException {
    try {
      setting.apply();
      return connection;
    } catch (SQLException | RuntimeException | Error e) {
      try {
        connection.close();
      } catch (SQLException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Something done to a connection before it is handed out. */
  private interface Setting {
    void apply() throws SQLException;
  }
}
