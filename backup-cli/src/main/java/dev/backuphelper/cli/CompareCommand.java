package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.model.Backup;
import dev.backuphelper.report.CompareReport;
import dev.backuphelper.source.TableDifference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Compares a backup with the live databases. */
@CommandLine.Command(
    name = "compare",
    header = "Compare a backup with the live databases, by content.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      "0:done, whatever the comparison found",
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      ExitCodes.HELP_INVALID,
      ExitCodes.HELP_NOT_FOUND,
      ExitCodes.HELP_LOCKED,
      ExitCodes.HELP_KEY
    },
    footerHeading = "%nExamples:%n",
    footer = {"  backup compare latest"})
final class CompareCommand implements Command {
  @Parameters(paramLabel = "ID", description = "An id, the beginning of one, or latest.")
  String id = "";

  @Override
  public void prepare(Result result) {
    result.put("id", null).put("components", List.of());
  }

  @Override
  public void run(Session session, Result result) {
    String named = Reference.backup(id);
    BackupHelper backups = session.open();
    Backup backup = backups.resolve(named);
    CompareReport report = backups.compare(backup.id());
    result.put("id", report.id().value());
    result.put("components", report.components().stream().map(CompareCommand::values).toList());
    result.bytes(backup.size());
    result.say("backup " + report.id() + " against what is there now:");
    for (CompareReport.Compared component : report.components()) {
      result.sayEssence(component.name() + " " + component.status().key());
      describe(component, result);
    }
  }

  private static Map<String, Object> values(CompareReport.Compared component) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("name", component.name().value());
    values.put("live", component.live().toString());
    values.put("status", component.status().key());
    values.put("tables", component.tables().stream().map(CompareCommand::values).toList());
    return values;
  }

  private static Map<String, @Nullable Object> values(TableDifference table) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("name", table.name());
    values.put("status", table.status().key());
    values.put("backup_rows", table.backupRows());
    values.put("live_rows", table.liveRows());
    return values;
  }

  private static void describe(CompareReport.Compared component, Result result) {
    result.say(
        String.format(
            "  %-9s  %s (%s)", component.status().key(), component.name(), component.live()));
    component.tables().stream()
        .filter(table -> table.status() != TableDifference.Status.IDENTICAL)
        .forEach(table -> result.say("    table " + table.name() + ": " + words(table)));
  }

  private static String words(TableDifference table) {
    return switch (table.status()) {
      case IDENTICAL -> "identical";
      case DIFFERENT ->
          "different, "
              + rows(table.backupRows())
              + " in the backup, "
              + rows(table.liveRows())
              + " now";
      case ONLY_IN_BACKUP -> "only in the backup, " + rows(table.backupRows());
      case ONLY_LIVE -> "not in the backup, " + rows(table.liveRows()) + " now";
    };
  }

  private static String rows(@Nullable Long rows) {
    return rows == null ? "uncounted rows" : Format.count(rows, "row");
  }
}
