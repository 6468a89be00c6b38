package dev.backuphelper.cli;

import dev.backuphelper.model.Backup;
import dev.backuphelper.report.Listing;
import java.util.List;
import picocli.CommandLine;

/** Lists the backups, newest first. */
@CommandLine.Command(
    name = "list",
    header = "List the backups, newest first.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {ExitCodes.HELP_DONE, ExitCodes.HELP_FAILED, ExitCodes.HELP_USAGE},
    footerHeading = "%nExamples:%n",
    footer = {"  backup list", "  backup list --dir /var/backups/app --json"})
final class ListCommand implements Command {
  @Override
  public void prepare(Result result) {
    result.put("backups", List.of()).put("unreadable", List.of());
  }

  @Override
  public void run(Session session, Result result) {
    show(session, session.open().listing(), result);
  }

  /** Shows what a store holds. */
  static void show(Session session, Listing listing, Result result) {
    BackupView.put(result, listing);
    for (Listing.Unreadable document : listing.unreadable()) {
      session.warn("unreadable: " + document.file() + ": " + document.reason());
    }
    String directory = Format.absolute(session.directory());
    if (listing.backups().isEmpty()) {
      result.say("no backups in " + directory);
      result.say("make one with: backup create DATABASE --dir " + Format.shellWord(directory));
      return;
    }
    BackupView.table(listing).forEach(result::say);
    listing.backups().forEach(backup -> result.sayEssence(backup.id().value()));
    long bytes = listing.backups().stream().mapToLong(Backup::size).sum();
    result.say(
        String.format(
            "%s, %s, in %s",
            Format.count(listing.backups().size(), "backup"), Format.size(bytes), directory));
  }
}
