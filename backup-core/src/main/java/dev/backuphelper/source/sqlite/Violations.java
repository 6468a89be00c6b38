package dev.backuphelper.source.sqlite;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * The broken foreign keys of a database. They are known by the values that lead nowhere rather than
 * by their rows, because a table that is built anew may number its rows anew.
 */
final class Violations {
  /** Beyond so many they are only counted, so that memory stays bounded. */
  private static final int MAX_KNOWN = 100_000;

  private static final int MAX_SHOWN = 5;

  static final Violations NONE = new Violations();

  private final Multiset<String> byTables = HashMultiset.create();
  private final Multiset<String> byValues = HashMultiset.create();
  private boolean onlyCounted;

  private Violations() {}

  static Violations of(SQLiteConnection connection) throws SQLException {
    Violations found = new Violations();
    Map<String, Optional<PreparedStatement>> statements = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA foreign_key_check")) {
      while (rows.next()) {
        String table = rows.getString(1);
        String tables = table + " -> " + rows.getString(3);
        found.byTables.add(tables);
        if (!found.onlyCounted) {
          Optional<PreparedStatement> values = statements.get(table + '\n' + rows.getInt(4));
          if (values == null) {
            values = values(connection, table, rows.getInt(4));
            statements.put(table + '\n' + rows.getInt(4), values);
          }
          found.add(tables, valuesOf(values.orElse(null), rows.getLong(2)));
        }
      }
    } finally {
      for (Optional<PreparedStatement> statement : statements.values()) {
        if (statement.isPresent()) {
          statement.get().close();
        }
      }
    }
    return found;
  }

  private void add(String tables, String values) {
    byValues.add(tables + '\n' + values);
    if (byValues.elementSet().size() > MAX_KNOWN) {
      onlyCounted = true;
      byValues.clear();
    }
  }

  /** Returns what gives the values of a foreign key by row; empty where rows have no number. */
  private static Optional<PreparedStatement> values(
      SQLiteConnection connection, String table, int key) throws SQLException {
    List<String> columns = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("PRAGMA foreign_key_list(" + Query.name(table) + ")")) {
      while (rows.next()) {
        if (rows.getInt("id") == key) {
          columns.add("quote(" + Query.name(rows.getString("from")) + ")");
        }
      }
    }
    try {
      return Optional.of(
          connection.prepareStatement(
              "SELECT "
                  + String.join(" || ',' || ", columns)
                  + " FROM "
                  + Query.name(table)
                  + " WHERE rowid = ?"));
    } catch (SQLException withoutRowid) {
      return Optional.empty();
    }
  }

  private static String valuesOf(@Nullable PreparedStatement statement, long row)
      throws SQLException {
    if (statement == null) {
      return "";
    }
    statement.setLong(1, row);
    try (ResultSet found = statement.executeQuery()) {
      return found.next() ? String.valueOf(found.getString(1)) : "";
    }
  }

  boolean isEmpty() {
    return byTables.isEmpty();
  }

  /** Returns what is broken here and not there, in words for people; empty when nothing is. */
  Optional<String> notIn(Violations before) {
    boolean counted = onlyCounted || before.onlyCounted;
    Multiset<String> mine = counted ? byTables : byValues;
    Multiset<String> former = counted ? before.byTables : before.byValues;
    long added = 0;
    Set<String> tables = new TreeSet<>();
    for (Multiset.Entry<String> entry : mine.entrySet()) {
      int more = entry.getCount() - former.count(entry.getElement());
      if (more > 0) {
        added += more;
        // The values themselves may be nobody else's business.
        tables.add(String.valueOf(entry.getElement()).lines().findFirst().orElse(""));
      }
    }
    return added == 0
        ? Optional.empty()
        : Optional.of(
            "%d new broken foreign keys, in %s"
                .formatted(added, String.join(", ", tables.stream().limit(MAX_SHOWN).toList())));
  }
}
