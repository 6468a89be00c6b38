package dev.backuphelper.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a database holds, so that two can be compared: each row of each table, and the schema.
 *
 * @param tables the content of the tables, by their names
 * @param schema the definitions of tables, indexes and all else
 */
record DatabaseContent(Map<String, Rows> tables, List<String> schema) {
  DatabaseContent {
    tables = Collections.unmodifiableMap(new TreeMap<>(tables));
    schema = List.copyOf(schema);
  }

  /**
   * The rows of a table.
   *
   * @param count how many there are
   * @param sha256 the digest over each value of each row, in their order
   */
  record Rows(long count, String sha256) {}

  /** Reads a database. */
  static DatabaseContent of(Path file) throws SQLException {
    try (Connection connection = ShopDatabase.connect(file);
        Statement statement = connection.createStatement()) {
      List<String> names =
          texts(
              statement,
              "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
      Map<String, Rows> tables = new TreeMap<>();
      for (String name : names) {
        tables.put(name, rows(statement, name));
      }
      return new DatabaseContent(
          tables,
          texts(
              statement,
              "SELECT type || ' ' || name || ' ' || ifnull(sql, '') AS definition"
                  + " FROM sqlite_schema ORDER BY definition"));
    }
  }

  private static List<String> texts(Statement statement, String query) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }

  private static Rows rows(Statement statement, String table) throws SQLException {
    MessageDigest digest = sha256();
    long count = 0;
    try (ResultSet rows =
        statement.executeQuery("SELECT * FROM \"" + table + "\" ORDER BY rowid")) {
      int columns = rows.getMetaData().getColumnCount();
      for (; rows.next(); count++) {
        for (int column = 1; column <= columns; column++) {
          // With its type and its length no two rows can look alike.
          Object value = rows.getObject(column);
          byte[] bytes = String.valueOf(value).getBytes(StandardCharsets.UTF_8);
          String type = value == null ? "null" : value.getClass().getSimpleName();
          digest.update((type + " " + bytes.length + " ").getBytes(StandardCharsets.UTF_8));
          digest.update(bytes);
        }
        digest.update((byte) '\n');
      }
    }
    return new Rows(count, HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Returns how many rows there are in a table; none if there is no such table. */
  long rowCount(String table) {
    Rows rows = tables.get(table);
    return rows == null ? 0 : rows.count();
  }

  /** Returns how many rows there are in all tables. */
  long rowCount() {
    return tables.values().stream().mapToLong(Rows::count).sum();
  }
}
