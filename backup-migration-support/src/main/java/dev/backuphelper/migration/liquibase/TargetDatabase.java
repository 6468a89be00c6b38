package dev.backuphelper.migration.liquibase;

import dev.backuphelper.migration.internal.MainDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import liquibase.database.Database;
import liquibase.database.DatabaseConnection;
import liquibase.exception.DatabaseException;

/**
 * The database that Liquibase works on, seen through Liquibase's own connection, which stays open
 * all the while and does not commit by itself: a question that is not ended by {@link #rollback}
 * would keep a restore out.
 */
final class TargetDatabase {
  private final Database database;

  TargetDatabase(Database database) {
    this.database = database;
  }

  Database database() {
    return database;
  }

  /** Finds out which file it is; reads nothing of it. */
  MainDatabase mainDatabase() throws SQLException, DatabaseException {
    Optional<Connection> connection = connection();
    return connection.isPresent()
        ? MainDatabase.of(connection.get())
        : new MainDatabase(database.getShortName(), Optional.empty());
  }

  /** Tells whether both of Liquibase's own tables are there. */
  boolean hasOwnTables() throws SQLException, DatabaseException {
    return hasTable(database.getDatabaseChangeLogTableName())
        && hasTable(database.getDatabaseChangeLogLockTableName());
  }

  private boolean hasTable(String name) throws SQLException, DatabaseException {
    try (PreparedStatement query =
        required()
            .prepareStatement(
                "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE")) {
      query.setString(1, name);
      try (ResultSet tables = query.executeQuery()) {
        return tables.next();
      }
    }
  }

  /** Tells whether the row that is Liquibase's lock says that somebody holds it. */
  boolean isLocked() throws SQLException, DatabaseException {
    if (!hasTable(database.getDatabaseChangeLogLockTableName())) {
      return false;
    }
    try (Statement statement = required().createStatement();
        ResultSet locks =
            statement.executeQuery("SELECT 1 FROM " + lockTable() + " WHERE LOCKED")) {
      return locks.next();
    }
  }

  /** Tells whether the database has a write-ahead log. */
  boolean hasLog() throws SQLException, DatabaseException {
    try (Statement statement = required().createStatement();
        ResultSet mode = statement.executeQuery("PRAGMA journal_mode")) {
      return mode.next() && mode.getString(1).equalsIgnoreCase("wal");
    }
  }

  /** Goes back to a rollback journal, which takes the last connection that is open. */
  void leaveLog() throws SQLException, DatabaseException {
    Connection connection = required();
    boolean commits = connection.getAutoCommit();
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=DELETE");
    } finally {
      connection.setAutoCommit(commits);
    }
  }

  /** Frees the row that is Liquibase's lock. */
  void unlock() throws SQLException, DatabaseException {
    try (Statement statement = required().createStatement()) {
      statement.executeUpdate(
          "UPDATE " + lockTable() + " SET LOCKED = 0, LOCKGRANTED = NULL, LOCKEDBY = NULL");
    }
    database.commit();
  }

  private String lockTable() {
    return database.escapeTableName(
        database.getLiquibaseCatalogName(),
        database.getLiquibaseSchemaName(),
        database.getDatabaseChangeLogLockTableName());
  }

  /** Ends the transaction that the last question began. */
  void rollback() throws DatabaseException {
    if (isOpen()) {
      database.rollback();
    }
  }

  /** Tells whether the connection can still be used. */
  boolean isOpen() throws DatabaseException {
    return connection().isPresent() && !database.getConnection().isClosed();
  }

  private Optional<Connection> connection() {
    return Optional.ofNullable(database.getConnection())
        .map(DatabaseConnection::getUnderlyingConnection);
  }

  private Connection required() throws DatabaseException {
    return connection().orElseThrow(() -> new DatabaseException("there is no JDBC connection"));
  }
}
