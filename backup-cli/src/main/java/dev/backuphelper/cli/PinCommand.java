package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.model.Backup;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Keeps a backup from retention. */
@CommandLine.Command(
    name = "pin",
    header = "Keep a backup: retention never removes it.",
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
    footer = {"  backup pin latest"})
final class PinCommand implements Command {
  @Parameters(paramLabel = "ID", description = "An id, the beginning of one, or latest.")
  String id = "";

  @Override
  public void prepare(Result result) {
    put(result, null, false);
  }

  @Override
  public void run(Session session, Result result) {
    String named = Reference.backup(id);
    BackupHelper backups = session.open();
    Backup pinned = backups.pin(backups.resolve(named).id());
    put(result, pinned, pinned.pinned());
    result.sayEssence(pinned.id().value());
    result.say("pinned " + pinned.id() + ": retention never removes it");
  }

  /** Sets the values that pinning and unpinning report. */
  static void put(Result result, @Nullable Backup backup, boolean pinned) {
    result.put("id", backup == null ? null : backup.id().value());
    result.put("pinned", pinned);
  }
}
