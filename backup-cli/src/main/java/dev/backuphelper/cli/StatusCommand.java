package dev.backuphelper.cli;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.OpenPlan;
import dev.backuphelper.report.StatusReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Tells whether the backups are as they should be. */
@CommandLine.Command(
    name = "status",
    header = "Tell whether the backups are as they should be.",
    synopsisHeading = "%nUsage: ",
    description = {
      "%nShows the last good backup of each set of databases, and the restores and migrations that"
          + " are open. It only looks: it takes no lock, and changes nothing.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {"0:all is well", "1:it is not; the message says why", ExitCodes.HELP_USAGE},
    footerHeading = "%nExamples:%n",
    footer = {"  backup status", "  backup status --dir /var/backups/app --json"})
final class StatusCommand implements Command {
  @Override
  public boolean mentionsOpenPlans() {
    return false;
  }

  @Override
  public void prepare(Result result) {
    put(result, false, new StatusReport(List.of(), List.of(), List.of()));
  }

  @Override
  public void run(Session session, Result result) {
    StatusReport status = session.open().status();
    put(result, status.healthy(), status);
    table(status).forEach(result::say);
    for (OpenPlan plan : status.open()) {
      result.say((plan.atWork() ? "going on: " : "open: ") + plan.sentence());
    }
    status.reasons().forEach(reason -> result.sayEssence(reason.code().name()));
    if (status.healthy()) {
      result.say("all is well in " + Format.absolute(session.directory()));
    } else {
      result.fail(unhealthy(status));
    }
  }

  private static void put(Result result, boolean healthy, StatusReport status) {
    result.put("healthy", healthy);
    result.put(
        "reasons",
        status.reasons().stream()
            .map(reason -> Map.of("code", reason.code().name(), "message", reason.message()))
            .toList());
    result.put("groups", status.groups().stream().map(StatusCommand::values).toList());
    result.put("open", status.open().stream().map(StatusCommand::values).toList());
  }

  private static Map<String, @Nullable Object> values(StatusReport.Group group) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("group", group.id().value());
    values.put(
        "databases",
        group.databases().stream()
            .map(database -> Map.of("name", database.name().value(), "source", database.source()))
            .toList());
    values.put("backups", group.backups());
    values.put(
        "last_good",
        group.lastGood().map(good -> lastGood(good, group.age().orElseThrow())).orElse(null));
    return values;
  }

  private static Map<String, @Nullable Object> lastGood(Backup good, Duration age) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("id", good.id().value());
    values.put("kind", good.kind().key());
    values.put("age_seconds", age.toSeconds());
    values.put("verified", BackupView.verified(good));
    return values;
  }

  private static Map<String, @Nullable Object> values(OpenPlan plan) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("id", plan.id().map(BackupId::value).orElse(null));
    values.put("kind", plan.kind().key());
    values.put("at_work", plan.atWork());
    values.put("databases", plan.databases().stream().map(Path::toString).toList());
    values.put("message", plan.message());
    values.put("remedy", plan.remedy());
    return values;
  }

  private static List<String> table(StatusReport status) {
    if (status.groups().isEmpty()) {
      return List.of();
    }
    Table table = new Table("LAST GOOD BACKUP", "AGE", "BACKUPS", "DATABASES");
    for (StatusReport.Group group : status.groups()) {
      table.row(
          group.lastGood().map(good -> good.id().value()).orElse("none"),
          group.age().map(Format::age).orElse("-"),
          Integer.toString(group.backups()),
          group.databases().stream()
              .map(StatusReport.Database::source)
              .collect(Collectors.joining(", ")));
    }
    return table.lines();
  }

  private static Failure unhealthy(StatusReport status) {
    return Failure.finding(
        "UNHEALTHY",
        ExitCodes.FAILED,
        "not all is well: "
            + status.reasons().stream()
                .map(StatusReport.Reason::message)
                .collect(Collectors.joining("; ")),
        hint(status));
  }

  private static String hint(StatusReport status) {
    if (status.open().stream().anyMatch(plan -> !plan.atWork())) {
      return "Look with 'backup recover --dry-run' at what is open.";
    }
    return status.groups().isEmpty()
        ? "Check the folder's spelling; make a first backup with 'backup create'."
        : "Check all with 'backup verify', and make a new backup with 'backup create'.";
  }
}
