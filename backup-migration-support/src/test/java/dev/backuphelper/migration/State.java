package dev.backuphelper.migration;

import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** All that a user can see of a database, as one text. */
final class State {
  static final String MISSING = "missing";
  static final String EMPTY = "empty";

  private State() {}

  /** Returns the state, as somebody sees it who opens the database. */
  static String of(Path database) throws SQLException {
    try {
      if (!Files.exists(database)) {
        return MISSING;
      }
      if (Files.size(database) == 0) {
        return EMPTY;
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database)) {
      return of(connection);
    }
  }

  /** Returns the state, as an open connection sees it. */
  static String of(Connection connection) throws SQLException {
    StringBuilder state = new StringBuilder();
    state.append(rows(connection, "PRAGMA journal_mode"));
    state.append(rows(connection, "PRAGMA user_version"));
    state.append(rows(connection, "PRAGMA application_id"));
    state.append(rows(connection, "PRAGMA page_size"));
    state.append(rows(connection, "SELECT type, name, tbl_name, sql FROM sqlite_schema"));
    for (String table : rows(connection, "SELECT name FROM sqlite_schema WHERE type='table'")) {
      state.append(rows(connection, "SELECT rowid, * FROM \"" + table.strip() + "\""));
    }
    state.append(rows(connection, "PRAGMA integrity_check"));
    return state.toString();
  }

  /**
   * Returns the state that somebody would see who opened the database, without opening it: a
   * journal is not rolled back, no time changes. Nobody may have it open.
   */
  static String ofUntouched(Path database) throws SQLException, IOException {
    Path folder = Files.createTempDirectory("looked-at-");
    Path copy = folder.resolve("copy.db");
    for (String suffix : List.of("", "-wal", "-journal")) {
      Path file = Sql.beside(database, suffix);
      if (Files.exists(file)) {
        Files.copy(file, Sql.beside(copy, suffix));
      }
    }
    String state = of(copy);
    Folders.delete(folder);
    return state;
  }

  private static List<String> rows(Connection connection, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      int columns = found.getMetaData().getColumnCount();
      while (found.next()) {
        StringBuilder row = new StringBuilder();
        for (int column = 1; column <= columns; column++) {
          row.append(found.getString(column)).append(' ');
        }
        rows.add(row.toString());
      }
    }
    return rows;
  }
}
