package dev.backuphelper.cli;

import dev.backuphelper.model.BackupId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the demo proved, for programs and for people.
 *
 * @param result takes it
 */
record DemoView(Result result) {
  private static final int SHOWN_DIGITS = 16;

  /** Sets the values of a demo that did not get far. */
  void putNothing(boolean crash) {
    result.put("label", ShopDatabase.LABEL);
    result.put("crash", crash);
    result.put("safety_backup_id", null);
    result.put("failed_state_id", null);
    result.put("tables", List.of());
    result.put("schema_identical", false);
    result.put("proved", false);
  }

  void put(BackupId safetyBackup, BackupId failedState) {
    result.put("safety_backup_id", safetyBackup.value());
    result.put("failed_state_id", failedState.value());
  }

  /** Sets what was compared. */
  void put(DatabaseContent before, DatabaseContent failed, DatabaseContent now) {
    List<Map<String, @Nullable Object>> tables = new ArrayList<>();
    for (String name : names(before, failed, now)) {
      Map<String, @Nullable Object> table = new LinkedHashMap<>();
      table.put("name", name);
      table.put("rows_before", count(before, name));
      table.put("rows_after_failure", count(failed, name));
      table.put("rows_now", count(now, name));
      table.put("sha256_before", digest(before, name));
      table.put("sha256_now", digest(now, name));
      table.put("identical", isIdentical(before, now, name));
      tables.add(table);
    }
    result.put("tables", tables);
    result.put("schema_identical", before.schema().equals(now.schema()));
    result.put("proved", before.equals(now));
  }

  /** Returns the lines that show the same to people. */
  static List<String> table(DatabaseContent before, DatabaseContent failed, DatabaseContent now) {
    Table table =
        new Table("TABLE", "ROWS BEFORE", "AFTER THE FAILURE", "NOW", "SHA-256 OF THE ROWS", "");
    for (String name : names(before, failed, now)) {
      String digest = digest(now, name);
      table.row(
          name,
          text(count(before, name)),
          text(count(failed, name)),
          text(count(now, name)),
          digest == null ? "-" : digest.substring(0, SHOWN_DIGITS),
          isIdentical(before, now, name) ? "as before" : "DIFFERENT");
    }
    List<String> lines = new ArrayList<>(table.lines());
    lines.add(
        before.schema().equals(now.schema())
            ? "The schema is as before too: " + before.schema().size() + " definitions."
            : "The schema is DIFFERENT.");
    return lines;
  }

  private static Set<String> names(DatabaseContent... contents) {
    Set<String> names = new TreeSet<>();
    for (DatabaseContent content : contents) {
      names.addAll(content.tables().keySet());
    }
    return names;
  }

  private static @Nullable Long count(DatabaseContent content, String table) {
    DatabaseContent.Rows rows = content.tables().get(table);
    return rows == null ? null : rows.count();
  }

  private static @Nullable String digest(DatabaseContent content, String table) {
    DatabaseContent.Rows rows = content.tables().get(table);
    return rows == null ? null : rows.sha256();
  }

  private static boolean isIdentical(DatabaseContent before, DatabaseContent now, String table) {
    DatabaseContent.Rows rows = before.tables().get(table);
    return rows == null ? !now.tables().containsKey(table) : rows.equals(now.tables().get(table));
  }

  private static String text(@Nullable Long count) {
    return count == null ? "-" : count.toString();
  }

  /** Sets that something was lost. */
  void failProof() {
    result.fail(
        Failure.finding(
            "VERIFICATION_FAILED",
            ExitCodes.INVALID,
            "the database is not what it was before",
            "This is a defect; please report it."));
  }
}
