package dev.backuphelper.migration;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** SQL on real database files, as an application runs it. */
final class Sql {
  private Sql() {}

  static Connection open(Path database) {
    try {
      return DriverManager.getConnection("jdbc:sqlite:" + database);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot open " + database, e);
    }
  }

  /** Runs statements, each of which commits, on a connection of their own. */
  static void run(Path database, String... statements) {
    try (Connection connection = open(database)) {
      run(connection, statements);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot close " + database, e);
    }
  }

  /** Runs statements. */
  static void run(Connection connection, String... statements) {
    for (String sql : statements) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      } catch (SQLException e) {
        throw new IllegalStateException(sql + ": " + e.getMessage(), e);
      }
    }
  }

  /** Returns the first value that a query finds, as text. */
  static String ask(Path database, String sql) {
    try (Connection connection = open(database)) {
      return ask(connection, sql);
    } catch (SQLException e) {
      throw new IllegalStateException("cannot close " + database, e);
    }
  }

  /** Returns the first value that a query finds, as text. */
  static String ask(Connection connection, String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "nothing";
    } catch (SQLException e) {
      throw new IllegalStateException(sql + ": " + e.getMessage(), e);
    }
  }

  /** Returns the file beside a database whose name has a certain ending. */
  static Path beside(Path database, String suffix) {
    return database.resolveSibling(database.getFileName() + suffix);
  }
}
