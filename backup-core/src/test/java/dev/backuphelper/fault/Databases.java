package dev.backuphelper.fault;

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
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Small real databases, and all that is in them. */
final class Databases {
  private static final int ROWS = 12;

  private Databases() {}

  /** Makes a database that holds version 1. */
  static Path create(Path file, boolean wal, int pageSize) {
    run(
        file,
        "PRAGMA page_size=" + pageSize,
        "PRAGMA journal_mode=" + (wal ? "WAL" : "DELETE"),
        "CREATE TABLE t(id INTEGER PRIMARY KEY, value TEXT, body BLOB)",
        "CREATE INDEX t_value ON t(value)");
    change(file, 1);
    return file;
  }

  /** Replaces what a database of {@link #create} holds. */
  static void change(Path file, int version) {
    run(
        file,
        "BEGIN",
        "DELETE FROM t",
        ("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < %d)"
                + " INSERT INTO t SELECT i, 'v%d of ' || i, zeroblob(%d) FROM r")
            .formatted(ROWS + version % 5, version, 50 + version % 7 * 20),
        "COMMIT");
  }

  static void run(Path file, String... statements) {
    try (Connection connection = open(file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException failure) {
      throw new AssertionError(file + ": " + failure.getMessage(), failure);
    }
  }

  static Connection open(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  /**
   * Returns all that is in a database, in one text that starts with its version; says so when it is
   * missing, no database, or unsound.
   */
  static String content(Path file) {
    if (!Files.exists(file)) {
      return "missing";
    }
    try (Connection connection = open(file)) {
      List<String> problems = ask(connection, "PRAGMA integrity_check");
      if (!problems.equals(List.of("ok"))) {
        return "unsound: " + problems;
      }
      List<String> rows =
          ask(connection, "SELECT value || ' ' || length(body) FROM t NOT INDEXED ORDER BY id");
      List<String> indexed =
          ask(connection, "SELECT value FROM t INDEXED BY t_value WHERE value > '' ORDER BY id");
      return indexed.size() == rows.size() ? String.join(", ", rows) : "index and table differ";
    } catch (SQLException failure) {
      return "unreadable: " + failure.getMessage();
    }
  }

  static List<String> ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(String.valueOf(rows.getString(1)));
      }
      return values;
    }
  }

  /** Returns the files of a folder with their bytes, for comparing before and after. */
  static Map<String, String> files(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        if (Files.isRegularFile(path)) {
          files.put(
              folder.relativize(path).toString(),
              new String(Files.readAllBytes(path), java.nio.charset.StandardCharsets.ISO_8859_1));
        }
      }
    }
    return files;
  }
}
