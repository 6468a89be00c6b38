package dev.backuphelper.source.sqlite;

import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.Set;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/** Rows whose foreign keys point nowhere: worth knowing, but no damage. */
final class ForeignKeyCheck {
  private static final String NAME = "foreign_key_check";
  private static final int MAX_TABLES = 5;

  private ForeignKeyCheck() {}

  static Check run(SQLiteConnection connection) throws SQLException {
    long rows = 0;
    Set<String> tables = new LinkedHashSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet violations = statement.executeQuery("PRAGMA foreign_key_check")) {
      while (violations.next()) {
        rows++;
        if (tables.size() < MAX_TABLES) {
          tables.add(String.valueOf(violations.getString(1)));
        }
      }
    } catch (SQLException e) {
      return failed(e);
    }
    return rows == 0
        ? Check.ok(NAME)
        : new Check(
            NAME,
            CheckStatus.WARNING,
            rows + " broken foreign keys, in " + String.join(", ", tables));
  }

  private static Check failed(SQLException failure) throws SQLException {
    String message = SqliteFailure.message(failure);
    if (SqliteFailure.isDamage(failure)) {
      return Check.failed(NAME, message);
    }
    if (SqliteFailure.code(failure) == SQLiteErrorCode.SQLITE_ERROR
        || SqliteFailure.namesUnknown(message)) {
      return new Check(NAME, CheckStatus.LIMITED, message);
    }
    throw failure;
  }
}
