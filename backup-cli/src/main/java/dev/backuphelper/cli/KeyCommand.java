package dev.backuphelper.cli;

import dev.backuphelper.error.InvalidRequestException;
import picocli.CommandLine;

/** Groups what is done with keys. */
@CommandLine.Command(
    name = "key",
    header = "Make keys that encrypt backups.",
    synopsisHeading = "%nUsage: ",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      ExitCodes.HELP_DONE,
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      "7:refused: the file exists"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  backup key generate backup.key"},
    subcommands = KeyGenerateCommand.class)
final class KeyCommand implements Command {
  @Override
  public void prepare(Result result) {
    // Nothing is known before a subcommand is named.
  }

  @Override
  public void run(Session session, Result result) {
    throw new InvalidRequestException("key: nothing named to do", "Make one: key generate FILE");
  }
}
