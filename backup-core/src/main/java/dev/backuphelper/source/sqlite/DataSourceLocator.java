package dev.backuphelper.source.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Asks a data source which file its main database is, at the first use and only once: by its URL,
 * if it tells one, or else by a connection, which goes back at once, so that a pool of one is
 * enough. A pool tries its first connection, and that rolls back what a process that died had not
 * committed: whoever is to find out what it left must not be the one who changes it.
 */
final class DataSourceLocator implements Locator {
  private final DataSource dataSource;

  private volatile @Nullable Path known;

  DataSourceLocator(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  @Override
  public Path path() throws IOException {
    Path path = known;
    if (path == null) {
      path = UrlOfDataSource.file(dataSource).orElse(null);
      if (path == null) {
        path = ask();
      }
      known = path;
    }
    return path;
  }

  private Path ask() throws IOException {
    try (Connection connection = dataSource.getConnection()) {
      String file = mainFile(connection);
      if (file == null || file.isEmpty()) {
        throw new IOException(
            "the data source is a database in memory, which has no file to back up");
      }
      return Path.of(file);
    } catch (SQLException e) {
      throw new IOException("the data source gave no SQLite connection: " + describe(e));
    }
  }

  // Neither its message nor itself as a cause: a pool or a driver may name the URL there, and that
  // may hold a key.
  private static String describe(SQLException failure) {
    return "%s (SQL state %s, code %d)"
        .formatted(
            failure.getClass().getSimpleName(), failure.getSQLState(), failure.getErrorCode());
  }

  private static @Nullable String mainFile(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet databases = statement.executeQuery("PRAGMA database_list")) {
      while (databases.next()) {
        if ("main".equals(databases.getString("name"))) {
          return databases.getString("file");
        }
      }
      return null;
    }
  }
}
