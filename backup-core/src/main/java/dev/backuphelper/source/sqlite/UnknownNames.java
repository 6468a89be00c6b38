package dev.backuphelper.source.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * The functions, collations, modules and tokenizers that a schema uses and this process does not
 * know, as far as SQLite passes over them in silence. Statements are prepared to find out, never
 * run.
 */
final class UnknownNames {
  private static final String VIRTUAL_TABLES =
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage = 0";
  private static final String TABLES_WITH_CHECKS =
      "SELECT sql FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND sql LIKE '%check%'";

  private static final Logger LOG = LoggerFactory.getLogger(UnknownNames.class);

  private UnknownNames() {}

  /** Returns what SQLite says of each; empty when everything is known, or the schema unreadable. */
  static List<String> in(SQLiteConnection image, Connector connector) {
    List<String> reasons = new ArrayList<>();
    for (String table : schema(image, VIRTUAL_TABLES)) {
      addReason(reasons, image, "SELECT 1 FROM " + Query.name(table));
    }
    List<String> withChecks = schema(image, TABLES_WITH_CHECKS);
    if (!withChecks.isEmpty()) {
      addChecks(reasons, withChecks, connector);
    }
    return reasons;
  }

  private static List<String> schema(SQLiteConnection image, String sql) {
    try {
      return Query.texts(image, sql);
    } catch (SQLException e) {
      return List.of();
    }
  }

  /**
   * Functions of a CHECK are looked up when its table is made, not when it is read. What the
   * application does to connections may not work without its tables; then nothing is found out.
   */
  private static void addChecks(List<String> reasons, List<String> tables, Connector connector) {
    try (SQLiteConnection memory = connector.memory()) {
      for (String sql : tables) {
        addReason(reasons, memory, sql);
      }
    } catch (SQLException e) {
      LOG.debug("checks of tables are not looked through for unknown functions", e);
    }
  }

  private static void addReason(List<String> reasons, SQLiteConnection connection, String sql) {
    try (PreparedStatement prepared = connection.prepareStatement(sql)) {
      prepared.clearParameters();
    } catch (SQLException e) {
      String message = SqliteFailure.message(e);
      if (SqliteFailure.namesUnknown(message)) {
        reasons.add(message);
      }
    }
  }
}
