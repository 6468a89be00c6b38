package dev.backuphelper.cli;

import dev.backuphelper.model.BackupId;
import java.util.List;
import picocli.CommandLine;

/** Changes the key of all encrypted backups. */
@CommandLine.Command(
    name = "rekey",
    header = "Change the key of all encrypted backups, without rewriting them.",
    synopsisHeading = "%nUsage: ",
    description = {
      "%nThe present key comes from BACKUP_KEY_FILE, BACKUP_PASSPHRASE_FILE, BACKUP_PASSPHRASE or"
          + " BACKUP_PASSPHRASE_COMMAND, the new one from BACKUP_NEW_KEY_FILE and so on; a"
          + " passphrase that is not given is asked for. If it is interrupted, run it again; until"
          + " then one of the two opens every backup.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      ExitCodes.HELP_DONE,
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      ExitCodes.HELP_INVALID,
      ExitCodes.HELP_LOCKED,
      ExitCodes.HELP_KEY,
      ExitCodes.HELP_INTERRUPTED
    },
    footerHeading = "%nExamples:%n",
    footer = {"  BACKUP_KEY_FILE=old.key BACKUP_NEW_KEY_FILE=new.key backup rekey"})
final class RekeyCommand implements Command {
  @Override
  public void prepare(Result result) {
    result.put("changed", List.of());
  }

  @Override
  public void run(Session session, Result result) {
    List<String> changed = session.openToRekey().rekey().stream().map(BackupId::value).toList();
    result.put("changed", changed);
    changed.forEach(result::sayEssence);
    result.say(
        changed.isEmpty()
            ? "nothing to change: the new key opens every encrypted backup, and no other does"
            : "changed the key of " + Format.count(changed.size(), "backup"));
  }
}
