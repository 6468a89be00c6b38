package dev.backuphelper.cli;

import picocli.AutoComplete;
import picocli.CommandLine;

/** Prints a script that completes commands and options in a shell. */
@CommandLine.Command(
    name = "completion",
    header = "Print a completion script for bash and zsh.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {ExitCodes.HELP_DONE, ExitCodes.HELP_USAGE},
    footerHeading = "%nExamples:%n",
    footer = {"  source <(backup completion)"})
final class CompletionCommand implements Command {
  @Override
  public void prepare(Result result) {
    result.put("script", "");
  }

  @Override
  public void run(Session session, Result result) {
    session.requireNoDirectory("a completion script needs no backups");
    String script = AutoComplete.bash("backup", Parser.ofAll(new RootCommand()));
    result.put("script", script);
    script.lines().forEach(line -> result.say(line).sayEssence(line));
  }
}
