package dev.backuphelper.source.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.sqlite.SQLiteConnection;

/**
 * A connection to a private image. A function that the application registered, but not as
 * innocuous, makes SQLite reject the whole schema that uses it; then the image is read without what
 * the application registered, which leaves out less.
 */
final class OpenImage implements AutoCloseable {
  private final SQLiteConnection connection;
  private final Optional<String> limit;

  private OpenImage(SQLiteConnection connection, Optional<String> limit) {
    this.connection = connection;
    this.limit = limit;
  }

  static OpenImage open(Path image, Connector connector) throws SQLException {
    SQLiteConnection connection = connector.image(image);
    try {
      Query.number(connection, "SELECT count(*) FROM (SELECT 1 FROM sqlite_schema LIMIT 1)");
      return new OpenImage(connection, Optional.empty());
    } catch (SQLException e) {
      if (!SqliteFailure.namesUnknown(SqliteFailure.message(e))) {
        return new OpenImage(connection, Optional.empty());
      }
      connection.close();
      return new OpenImage(connector.plainImage(image), Optional.of(SqliteFailure.message(e)));
    }
  }

  SQLiteConnection connection() {
    return connection;
  }

  /** Returns why the image is read without what the application registered, if it is. */
  Optional<String> limit() {
    return limit;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
