package dev.backuphelper.cli;

import dev.backuphelper.RecoverRequest;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.RecoverReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Resolves what a killed process left open. */
@CommandLine.Command(
    name = "recover",
    header = "Resolve what a killed process left open.",
    synopsisHeading = "%nUsage: ",
    description = {
      "%nWithout a choice it does what the interrupted operation had planned, unless the database"
          + " changed since: then it says so and leaves it open.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      "0:done; nothing is open",
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      "3:some were resolved, others are still open",
      ExitCodes.HELP_INVALID,
      ExitCodes.HELP_NOT_FOUND,
      ExitCodes.HELP_LOCKED,
      "7:left open, because a database changed since; the message names both ways out"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  backup recover --dry-run",
      "  backup recover --restore      puts the backup's content there",
      "  backup recover --keep         keeps what is there"
    })
final class RecoverCommand implements Command {
  @Parameters(
      paramLabel = "ID",
      arity = "0..1",
      description = "The one to resolve (default: all that are open).")
  @Nullable String id;

  @Option(
      names = "--restore",
      description = "Put the backup's content there; what is found is backed up first.")
  boolean restore;

  @Option(names = "--keep", description = "Keep what is there and close the matter.")
  boolean keep;

  @Option(names = "--dry-run", description = "Say what would be done; do nothing.")
  boolean dryRun;

  @Override
  public boolean mentionsOpenPlans() {
    return false;
  }

  @Override
  public void prepare(Result result) {
    put(result, new RecoverReport(dryRun, List.of(), List.of(), List.of(), List.of()));
  }

  @Override
  public void run(Session session, Result result) {
    RecoverReport report = session.open().recover(new RecoverRequest(plan(), choice(), dryRun));
    put(result, report);
    describe(report, result);
    if (!report.open().isEmpty()) {
      result.fail(stillOpen(report));
    }
  }

  private RecoverRequest.Choice choice() {
    if (restore && keep) {
      throw new InvalidRequestException("--restore and --keep exclude each other", null);
    }
    if (restore) {
      return RecoverRequest.Choice.RESTORE;
    }
    return keep ? RecoverRequest.Choice.KEEP : RecoverRequest.Choice.PLANNED;
  }

  private @Nullable BackupId plan() {
    return id == null ? null : wholeId(id);
  }

  private static BackupId wholeId(String text) {
    return BackupId.tryParse(text)
        .orElseThrow(
            () ->
                new InvalidRequestException(
                    "not a whole id: '" + text + "'",
                    "'backup recover --dry-run' names what is open."));
  }

  private static void put(Result result, RecoverReport report) {
    result.put("dry_run", report.dryRun());
    result.put("resolved", report.resolved().stream().map(RecoverCommand::values).toList());
    result.put(
        "open",
        report.open().stream()
            .map(open -> Map.of("marker", open.marker(), "reason", open.reason()))
            .toList());
    result.put("swept", report.swept());
    result.put("orphans", report.orphans());
  }

  private static Map<String, @Nullable Object> values(RecoverReport.Resolved resolved) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("marker", resolved.marker());
    values.put("action", resolved.action().key());
    values.put("backup", resolved.backup());
    values.put("safety_backup_id", resolved.safetyBackup().orElse(null));
    values.put("targets", resolved.targets());
    return values;
  }

  private static void describe(RecoverReport report, Result result) {
    String would = report.dryRun() ? "would be " : "";
    for (RecoverReport.Resolved resolved : report.resolved()) {
      result.sayEssence(resolved.marker());
      result.say(
          String.format(
              "%s%s: restore of %s to %s",
              would,
              resolved.action().key(),
              resolved.backup(),
              String.join(", ", resolved.targets())));
      resolved
          .safetyBackup()
          .ifPresent(safety -> result.say("  the state found is kept as backup " + safety));
    }
    report.open().forEach(open -> result.say("open: " + open.reason()));
    report.swept().forEach(file -> result.say(would + "removed: leftover " + file));
    report.orphans().forEach(file -> result.say("belongs to no backup, not touched: " + file));
    if (report.resolved().isEmpty() && report.open().isEmpty()) {
      result.say("nothing is open");
    }
  }

  private static Failure stillOpen(RecoverReport report) {
    String reasons =
        report.open().stream().map(RecoverReport.Open::reason).collect(Collectors.joining("; "));
    return Failure.finding(
        ErrorCode.REFUSED.name(),
        report.resolved().isEmpty() ? ExitCodes.REFUSED : ExitCodes.PARTLY,
        "still open: " + reasons,
        "Put the backup's content there with 'backup recover --restore', or keep what is there with"
            + " 'backup recover --keep'.");
  }
}
