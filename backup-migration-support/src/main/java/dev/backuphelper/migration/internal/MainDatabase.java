package dev.backuphelper.migration.internal;

import dev.backuphelper.error.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Optional;

/**
 * The database that a migration tool works on, told by its own connection. Asking reads nothing of
 * the database itself.
 *
 * @param product the name of the engine
 * @param file the real path of the main database; empty if it is no SQLite file
 */
public record MainDatabase(String product, Optional<Path> file) {
  private static final String SQLITE = "SQLite";

  /**
   * Asks a connection.
   *
   * @throws SQLException if it cannot be asked
   */
  public static MainDatabase of(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName();
    return new MainDatabase(
        product, SQLITE.equalsIgnoreCase(product) ? mainFile(connection) : Optional.empty());
  }

  private static Optional<Path> mainFile(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet databases = statement.executeQuery("PRAGMA database_list")) {
      while (databases.next()) {
        String file = databases.getString("file");
        if ("main".equals(databases.getString("name")) && file != null && !file.isEmpty()) {
          return Optional.of(realPath(Path.of(file)));
        }
      }
      return Optional.empty();
    }
  }

  private static Path realPath(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException notThereYet) {
      return file.toAbsolutePath().normalize();
    }
  }

  /**
   * Checks that a guard protects this database.
   *
   * @param tool the migration tool's name, for the message
   * @param guarded the real paths of the databases that the guard protects
   * @return the real path
   * @throws RefusedException if it does not
   */
  public Path requireOneOf(Collection<Path> guarded, String tool) {
    if (file.isEmpty()) {
      throw new RefusedException(
          SQLITE.equalsIgnoreCase(product)
              ? tool + " works on a database in memory, which cannot be backed up"
              : "%s works on %s, which this guard cannot restore".formatted(tool, product),
          "Call " + tool + " itself, without a guard.");
    }
    requireOneOf(file.get(), guarded, tool);
    return file.get();
  }

  /**
   * Checks that a guard protects a database.
   *
   * @param file the real path of the database
   * @param guarded the real paths of the databases that the guard protects
   * @param tool the migration tool's name, for the message
   * @throws RefusedException if it does not
   */
  public static void requireOneOf(Path file, Collection<Path> guarded, String tool) {
    if (!isOneOf(file, guarded)) {
      throw new RefusedException(
          "%s works on %s, but the guard protects %s".formatted(tool, file, guarded),
          "Name that database as a source of the guard's BackupHelper.");
    }
  }

  /** Tells whether a database is one of several, by whatever name. */
  public static boolean isOneOf(Path file, Collection<Path> guarded) {
    return guarded.contains(file) || guarded.stream().anyMatch(other -> isSame(file, other));
  }

  private static boolean isSame(Path one, Path other) {
    try {
      return Files.isSameFile(one, other);
    } catch (IOException missing) {
      return false;
    }
  }
}
