package dev.backuphelper.source.sqlite;

import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckStatus;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * SQLite's check of a database's structure. One unknown collation makes SQLite refuse the whole
 * check; then each table is checked by itself, and what could not be looked at is told as a limit.
 */
final class StructureCheck {
  private static final int MAX_FINDINGS = 10;
  private static final int MAX_DETAIL = 2000;
  private static final String SOUND = "ok";

  private final SQLiteConnection connection;
  private final List<String> findings = new ArrayList<>();
  private final List<String> limits = new ArrayList<>();

  StructureCheck(OpenImage image, Connector connector) {
    this(image.connection(), connector);
    image.limit().ifPresent(limits::add);
  }

  StructureCheck(SQLiteConnection connection, Connector connector) {
    this.connection = connection;
    limits.addAll(UnknownNames.in(connection, connector));
  }

  /** Runs {@code quick_check} or {@code integrity_check}. */
  Check run(String pragma) throws SQLException {
    try {
      sort(Query.texts(connection, "PRAGMA " + pragma + "(" + MAX_FINDINGS + ")"));
    } catch (SQLException e) {
      if (isLimit(e)) {
        runByTable(pragma);
      } else {
        addFinding(e);
      }
    }
    return outcome(pragma);
  }

  private void runByTable(String pragma) throws SQLException {
    List<String> tables;
    try {
      tables = Query.texts(connection, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    } catch (SQLException e) {
      addLimitOrFinding("schema", e);
      return;
    }
    for (String table : tables) {
      try {
        sort(Query.texts(connection, "PRAGMA " + pragma + "(" + Query.literal(table) + ")"));
      } catch (SQLException e) {
        addLimitOrFinding("table " + table, e);
      }
    }
  }

  private void addLimitOrFinding(String what, SQLException failure) throws SQLException {
    if (isLimit(failure)) {
      limits.add(what + " not checked: " + SqliteFailure.message(failure));
    } else {
      addFinding(failure);
    }
  }

  /** Damage is a finding; a disk that cannot be read, or no memory, is a failure of the check. */
  private void addFinding(SQLException failure) throws SQLException {
    if (!SqliteFailure.isDamage(failure) && !isCutOff(failure)) {
      throw failure;
    }
    findings.add(SqliteFailure.message(failure));
  }

  private static boolean isCutOff(SQLException failure) {
    return failure instanceof SQLiteException known
        && known.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_SHORT_READ;
  }

  /** SQLite has no code for what it does not know; a plain error is about the schema's words. */
  private static boolean isLimit(SQLException failure) {
    return SqliteFailure.code(failure) == SQLiteErrorCode.SQLITE_ERROR
        || SqliteFailure.namesUnknown(SqliteFailure.message(failure));
  }

  private void sort(List<String> rows) {
    for (String row : rows) {
      if (SqliteFailure.namesUnknown(row)) {
        limits.add(row);
      } else if (!row.equals(SOUND)) {
        findings.add(row);
      }
    }
  }

  private Check outcome(String pragma) {
    if (!findings.isEmpty()) {
      return Check.failed(pragma, detail(findings));
    }
    return limits.isEmpty()
        ? Check.ok(pragma)
        : new Check(pragma, CheckStatus.LIMITED, detail(limits));
  }

  private static String detail(List<String> lines) {
    String all = String.join("\n", lines.stream().distinct().limit(MAX_FINDINGS).toList());
    return all.length() <= MAX_DETAIL ? all : all.substring(0, MAX_DETAIL) + "...";
  }
}
