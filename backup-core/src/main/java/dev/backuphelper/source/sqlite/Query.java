package dev.backuphelper.source.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Short statements and their results. */
final class Query {
  private Query() {}

  /** Runs a statement and drops what it returns. */
  static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns the first column of the only row as a number. */
  static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.getLong(1);
    }
  }

  /** Returns the first column of all rows; an SQL null is left out. */
  static List<String> texts(Connection connection, String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        String text = rows.getString(1);
        if (text != null) {
          texts.add(text);
        }
      }
    }
    return texts;
  }

  /** Returns the first column of the first row; empty text when there is none. */
  static String text(Connection connection, String sql) throws SQLException {
    List<String> texts = texts(connection, sql);
    return texts.isEmpty() ? "" : texts.get(0);
  }

  /** Quotes a name of the schema. */
  static String name(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** Quotes a text. */
  static String literal(String text) {
    return '\'' + text.replace("'", "''") + '\'';
  }
}
