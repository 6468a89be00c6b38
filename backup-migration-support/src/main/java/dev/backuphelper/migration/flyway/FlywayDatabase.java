package dev.backuphelper.migration.flyway;

import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.migration.internal.MainDatabase;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/** The database that Flyway is configured for. */
final class FlywayDatabase {
  private static final String TOOL = "Flyway";
  private static final String SQLITE_URL = "jdbc:sqlite:";

  private final Configuration configuration;

  FlywayDatabase(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * Tells whether Flyway's history table is there.
   *
   * @param guarded the real paths of the databases that the guard protects
   * @throws dev.backuphelper.error.RefusedException if Flyway's database is none of them
   */
  boolean hasHistory(Collection<Path> guarded) throws SQLException, IOException {
    Optional<Path> file = fileOfUrl();
    if (file.isPresent()) {
      MainDatabase.requireOneOf(file.get(), guarded, TOOL);
      if (!Files.exists(file.get())) {
        // A connection would make the file.
        return false;
      }
    }
    try (Connection connection = dataSource().getConnection()) {
      MainDatabase.of(connection).requireOneOf(guarded, TOOL);
      return hasHistory(connection);
    }
  }

  private DataSource dataSource() {
    DataSource dataSource = configuration.getDataSource();
    if (dataSource == null) {
      throw new InvalidRequestException(
          "Flyway is configured for no database", "Give its configuration a data source or a URL.");
    }
    return dataSource;
  }

  private Optional<Path> fileOfUrl() throws IOException {
    @Nullable String url = configuration.getUrl();
    if (url == null || !url.startsWith(SQLITE_URL)) {
      return Optional.empty();
    }
    SqliteSource source;
    try {
      source = SqliteSource.of(url);
    } catch (IllegalArgumentException noPlainFile) {
      // The connection will tell.
      return Optional.empty();
    }
    return Optional.of(source.target().path());
  }

  private boolean hasHistory(Connection connection) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE")) {
      query.setString(1, configuration.getTable());
      try (ResultSet tables = query.executeQuery()) {
        return tables.next();
      }
    }
  }
}
