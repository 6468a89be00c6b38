package dev.backuphelper.source.sqlite;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/** What an image holds: the definitions of its schema, and the rows of its tables on demand. */
final class ImageContent {
  private final SQLiteConnection connection;
  private final Map<String, String> tables = new TreeMap<>();
  private final Map<String, String> others = new TreeMap<>();
  private final Set<String> virtual = new TreeSet<>();

  private ImageContent(SQLiteConnection connection) {
    this.connection = connection;
  }

  static ImageContent read(SQLiteConnection connection, Path image) throws IOException {
    ImageContent content = new ImageContent(connection);
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT type, name, sql, rootpage FROM sqlite_schema WHERE sql IS NOT NULL")) {
      while (rows.next()) {
        content.add(rows.getString(1), rows.getString(2), rows.getString(3), rows.getLong(4));
      }
      return content;
    } catch (SQLException e) {
      throw SqliteFailure.of(image, e);
    }
  }

  private void add(String type, String name, String sql, long rootPage) {
    if (!type.equals("table")) {
      others.put(type + " " + name, sql);
      return;
    }
    tables.put(name, sql);
    if (rootPage == 0) {
      virtual.add(name);
    }
  }

  /** Returns the definitions of tables by name. */
  Map<String, String> tables() {
    return tables;
  }

  /** Returns the definitions of views, indexes and triggers by type and name. */
  Map<String, String> others() {
    return others;
  }

  /** Tells whether a table's content is in other tables, or made by its module. */
  boolean isVirtual(String table) {
    return virtual.contains(table);
  }

  /** Returns the value of a number that the header holds. */
  long number(String pragma) throws SQLException {
    return Query.number(connection, "PRAGMA " + pragma);
  }

  /** Returns how many rows a table has; null when it cannot be read. */
  @Nullable Long rows(String table) {
    try {
      return isVirtual(table)
          ? null
          : Query.number(connection, "SELECT count(*) FROM " + Query.name(table) + " NOT INDEXED");
    } catch (SQLException e) {
      return null;
    }
  }

  /** Returns all rows of a table as one value; null when it cannot be read. */
  @Nullable RowDigest digest(String table) {
    try (Statement statement = connection.createStatement()) {
      List<String> columns = columns(table);
      String sql =
          columns.stream().map(Query::name).collect(Collectors.joining(", ", "SELECT ", ""))
              + " FROM "
              + Query.name(table)
              + " NOT INDEXED";
      try (ResultSet rows = statement.executeQuery(sql)) {
        return RowDigest.of(rows, columns.size());
      }
    } catch (SQLException e) {
      return null;
    }
  }

  /** Generated columns are left out: they follow from the others. */
  private List<String> columns(String table) throws SQLException {
    return Query.texts(
        connection, "SELECT name FROM pragma_table_info(" + Query.literal(table) + ")");
  }
}
