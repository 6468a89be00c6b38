package dev.backuphelper.source.sqlite;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Tables and their rows. Counting reads a table from end to end, so it has a time budget; tables
 * for which nothing is left of it have no count. Virtual tables are listed without a count, because
 * theirs may have no end; the tables in which they keep their content are left out.
 */
final class TableCounter {
  /** What counting may add to a backup, in all. */
  static final Duration BUDGET = Duration.ofSeconds(1);

  private static final String TABLES =
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')"
          + " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";

  /** The same without telling the tables of virtual ones, for schemas that the list refuses. */
  private static final String TABLES_OF_SCHEMA =
      "SELECT name FROM sqlite_schema WHERE type = 'table'"
          + " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";

  private static final String VIRTUAL =
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage = 0";

  private TableCounter() {}

  /** Returns {@code name} and {@code rows} of each table, by name. */
  static List<Map<String, Object>> count(SQLiteConnection connection, Duration budget)
      throws SQLException {
    List<String> virtual = Query.texts(connection, VIRTUAL);
    List<Map<String, Object>> tables = new ArrayList<>();
    try (Deadline deadline = new Deadline(connection, budget)) {
      for (String table : names(connection)) {
        boolean countable = !virtual.contains(table) && !deadline.isOver();
        tables.add(entry(table, countable ? rows(connection, table) : null));
      }
    }
    return tables;
  }

  private static List<String> names(SQLiteConnection connection) throws SQLException {
    try {
      return Query.texts(connection, TABLES);
    } catch (SQLException e) {
      return Query.texts(connection, TABLES_OF_SCHEMA);
    }
  }

  private static @Nullable Long rows(SQLiteConnection connection, String table) {
    try {
      return Query.number(connection, "SELECT count(*) FROM " + Query.name(table));
    } catch (SQLException e) {
      // Out of time, damaged, or in need of something unknown: checks tell, a count need not.
      return null;
    }
  }

  private static Map<String, Object> entry(String table, @Nullable Long rows) {
    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
    entry.put("name", table);
    entry.put("rows", rows);
    return Collections.unmodifiableMap(json(entry));
  }

  /** Of JSON's values, null is one; the type of facts does not say so. */
  @SuppressWarnings({"unchecked", "NullAway"})
  private static Map<String, Object> json(Map<String, @Nullable Object> entry) {
    return (Map<String, Object>) (Map<String, ?>) entry;
  }
}
