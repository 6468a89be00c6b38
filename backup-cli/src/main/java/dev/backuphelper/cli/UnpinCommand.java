package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.model.Backup;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Gives a pinned backup back to retention. */
@CommandLine.Command(
    name = "unpin",
    header = "Give a pinned backup back to retention.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      ExitCodes.HELP_DONE,
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      ExitCodes.HELP_INVALID,
      ExitCodes.HELP_NOT_FOUND,
      ExitCodes.HELP_LOCKED
    },
    footerHeading = "%nExamples:%n",
    footer = {"  backup unpin 20261120-070212-345"})
final class UnpinCommand implements Command {
  @Parameters(paramLabel = "ID", description = "An id, the beginning of one, or latest.")
  String id = "";

  @Override
  public void prepare(Result result) {
    PinCommand.put(result, null, false);
  }

  @Override
  public void run(Session session, Result result) {
    String named = Reference.backup(id);
    BackupHelper backups = session.open();
    Backup unpinned = backups.unpin(backups.resolve(named).id());
    PinCommand.put(result, unpinned, unpinned.pinned());
    result.sayEssence(unpinned.id().value());
    result.say("unpinned " + unpinned.id() + ": retention decides about it");
  }
}
