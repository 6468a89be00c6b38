package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.CleanReport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes backups that are named. */
@CommandLine.Command(
    name = "delete",
    header = "Remove the backups named.",
    synopsisHeading = "%nUsage: ",
    description = {
      "%nRefuses one that is pinned, that others build on, or that is the safety backup of"
          + " something unresolved. Asks first on a terminal.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      ExitCodes.HELP_DONE,
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      ExitCodes.HELP_PARTLY,
      ExitCodes.HELP_NOT_FOUND,
      ExitCodes.HELP_LOCKED,
      ExitCodes.HELP_REFUSED
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  backup delete 20261120-070212-345 --dry-run",
      "  backup delete 20261120-070212-345 20261121-070212-113"
    })
final class DeleteCommand implements Command {
  @Parameters(
      paramLabel = "ID",
      arity = "1..*",
      description = "Ids, the beginnings of some, or latest.")
  List<String> ids = new ArrayList<>();

  @Option(
      names = "--force",
      description =
          "Remove also the last good one of its databases, or one whose manifest cannot be used; do"
              + " not ask.")
  boolean force;

  @Option(names = "--dry-run", description = "Say what would be removed; remove nothing.")
  boolean dryRun;

  @Override
  public void prepare(Result result) {
    RemovalView.putNothing(result, dryRun);
  }

  @Override
  public void run(Session session, Result result) {
    ids.forEach(Reference::backup);
    BackupHelper backups = session.open();
    Set<BackupId> named = new LinkedHashSet<>();
    ids.forEach(id -> named.add(id(backups, id)));
    if (!dryRun && !force && session.canAsk()) {
      ask(session, backups.delete(named, false, true));
    }
    CleanReport report = backups.delete(named, force, dryRun);
    RemovalView.put(result, report);
    RemovalView.describe(report, result);
    RemovalView.judge(report, result);
  }

  /** A whole id may also be that of a backup whose manifest cannot be used. */
  private static BackupId id(BackupHelper backups, String text) {
    return BackupId.tryParse(text).orElseGet(() -> backups.resolve(text).id());
  }

  private static void ask(Session session, CleanReport preview) {
    preview.removed().forEach(removed -> session.show(RemovalView.line(removed)));
    session.confirmRemoval("delete " + Format.count(preview.removed().size(), "backup") + "?");
  }
}
