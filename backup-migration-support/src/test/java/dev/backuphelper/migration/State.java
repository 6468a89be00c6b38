package dev.backuphelper.migration;

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
  private State() {}

  static String of(Path database) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database)) {
      StringBuilder state = new StringBuilder();
      state.append(rows(connection, "PRAGMA journal_mode"));
      state.append(rows(connection, "PRAGMA user_version"));
      state.append(rows(connection, "PRAGMA page_size"));
      state.append(rows(connection, "SELECT type, name, tbl_name, sql FROM sqlite_schema"));
      for (String table : rows(connection, "SELECT name FROM sqlite_schema WHERE type='table'")) {
        state.append(rows(connection, "SELECT rowid, * FROM \"" + table.strip() + "\""));
      }
      return state.toString();
    }
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
