package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.error.BackupNotFoundException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.report.OpenPlan;
import dev.backuphelper.report.RecoverReport;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
      "%nWithout a choice it finishes an interrupted restore, and undoes an interrupted migration,"
          + " unless the migration's policy says otherwise, somebody still works on the database, or"
          + " it changed since: then it says so and leaves it open.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      "0:done; nothing is open",
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      "3:some were resolved, others are still open; or somebody else went on writing",
      "4:left open, because a plan, or the backup that it needs, is not whole",
      ExitCodes.HELP_NOT_FOUND,
      "6:left open, because somebody works on it now",
      "7:left open, because somebody has to decide; the message names both ways out",
      ExitCodes.HELP_KEY
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  backup recover --dry-run",
      "  backup recover --restore      puts the backup's content there, whatever happened since",
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
    RecoverChoice choice = choice();
    BackupHelper backups = session.open();
    RecoverReport report = backups.recover(new RecoverRequest(plan(backups), choice, dryRun));
    requireStore(session, report);
    put(result, report);
    describe(report, result);
    if (!report.open().isEmpty()) {
      result.fail(stillOpen(report));
    } else if (report.resolved().stream().anyMatch(RecoverReport.Resolved::contended)) {
      result.fail(RestoreView.contended());
    }
  }

  // A program that starts for the first time has no store yet; a person who names none has
  // mistyped.
  private static void requireStore(Session session, RecoverReport report) {
    boolean nothing = report.resolved().isEmpty() && report.open().isEmpty();
    if (nothing && !Files.exists(session.directory())) {
      throw new BackupNotFoundException(
          "there is no store at " + Format.absolute(session.directory()),
          "Check the folder's spelling.");
    }
  }

  private RecoverChoice choice() {
    if (restore && keep) {
      throw new InvalidRequestException("--restore and --keep exclude each other", null);
    }
    if (restore) {
      return RecoverChoice.RESTORE;
    }
    return keep ? RecoverChoice.KEEP : RecoverChoice.PLANNED;
  }

  private @Nullable BackupId plan(BackupHelper backups) {
    String text = id;
    if (text == null) {
      return null;
    }
    List<BackupId> open =
        backups.openPlans().stream()
            .map(OpenPlan::id)
            .flatMap(Optional::stream)
            .distinct()
            .filter(each -> !text.isEmpty() && each.value().startsWith(text))
            .toList();
    return switch (open.size()) {
      case 0 -> wholeId(text);
      case 1 -> open.get(0);
      default ->
          throw new InvalidRequestException(
              "several are open whose id begins with '%s': %s".formatted(text, open),
              "Give more of it.");
    };
  }

  private static BackupId wholeId(String text) {
    return BackupId.tryParse(text)
        .orElseThrow(
            () ->
                new InvalidRequestException(
                    "nothing is open whose id begins with '" + text + "'",
                    "'backup recover --dry-run' names what is open."));
  }

  private static void put(Result result, RecoverReport report) {
    result.put("dry_run", report.dryRun());
    result.put("resolved", report.resolved().stream().map(RecoverCommand::values).toList());
    result.put("open", report.open().stream().map(RecoverCommand::values).toList());
    result.put("swept", report.swept());
    result.put("orphans", report.orphans());
  }

  private static Map<String, @Nullable Object> values(RecoverReport.Resolved resolved) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("marker", resolved.marker());
    values.put("title", resolved.title());
    values.put("action", resolved.action().key());
    values.put("backup", resolved.backup());
    values.put("safety_backup_id", resolved.safetyBackup().orElse(null));
    values.put("targets", resolved.targets());
    values.put("contended", resolved.contended());
    return values;
  }

  private static Map<String, @Nullable Object> values(RecoverReport.Open open) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("id", open.id().map(BackupId::value).orElse(null));
    values.put("marker", open.marker());
    values.put("code", open.code().name());
    values.put("reason", open.reason());
    values.put("hint", open.hint());
    return values;
  }

  private static void describe(RecoverReport report, Result result) {
    String would = report.dryRun() ? "would be " : "";
    for (RecoverReport.Resolved resolved : report.resolved()) {
      result.sayEssence(resolved.marker());
      result.say(would + words(resolved));
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

  private static String words(RecoverReport.Resolved resolved) {
    String targets = String.join(", ", resolved.targets());
    return switch (resolved.action()) {
      case UNDONE ->
          "closed: %s; nothing was left to do for %s".formatted(resolved.title(), targets);
      case FINISHED ->
          "finished: %s; %s from %s".formatted(resolved.title(), targets, resolved.backup());
      case RESTORED ->
          "restored: %s from %s, which undoes %s"
              .formatted(targets, resolved.backup(), resolved.title());
      case KEPT -> "kept: %s as found after %s".formatted(targets, resolved.title());
    };
  }

  private static Failure stillOpen(RecoverReport report) {
    String reasons =
        report.open().stream().map(RecoverReport.Open::reason).collect(Collectors.joining("; "));
    ErrorCode code = worst(report.open());
    return Failure.finding(
        code.name(),
        report.resolved().isEmpty() ? ExitCodes.of(code) : ExitCodes.PARTLY,
        "still open: " + reasons,
        report.open().stream()
            .map(RecoverReport.Open::hint)
            .distinct()
            .collect(Collectors.joining("; ")));
  }

  // What somebody has to decide comes before what is broken, and that before what ends by itself.
  private static ErrorCode worst(List<RecoverReport.Open> open) {
    List<ErrorCode> codes = open.stream().map(RecoverReport.Open::code).toList();
    return codes.contains(ErrorCode.REFUSED)
        ? ErrorCode.REFUSED
        : codes.stream()
            .filter(code -> code != ErrorCode.LOCKED)
            .findFirst()
            .orElse(ErrorCode.LOCKED);
  }
}
