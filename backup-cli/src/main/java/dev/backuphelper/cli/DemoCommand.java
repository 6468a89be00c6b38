package dev.backuphelper.cli;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.StorageException;
import java.io.IOException;
import java.sql.SQLException;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Shows what a guard does, on a sample database in a temporary folder. */
@CommandLine.Command(
    name = "demo",
    header = "Show a migration that fails half way, and is undone.",
    synopsisHeading = "%nUsage: ",
    description = {
      "%nMakes a sample database in a temporary folder, lets a guarded migration fail half way after"
          + " it has done damage, and proves row by row that nothing is lost. Leaves nothing"
          + " behind.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      ExitCodes.HELP_DONE,
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      "4:the proof failed: something was lost",
      ExitCodes.HELP_INTERRUPTED
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  backup demo",
      "  backup demo --crash      kills the process that migrates, and starts anew"
    })
final class DemoCommand implements Command {
  @Option(
      names = "--crash",
      description = "Kill the process that migrates, and show the recovery at the next start.")
  boolean crash;

  @Override
  public boolean mentionsOpenPlans() {
    return false;
  }

  @Override
  public void prepare(Result result) {
    new DemoView(result).putNothing(crash);
  }

  @Override
  public void run(Session session, Result result) {
    session.requireNoDirectory("a demo works in a temporary folder");
    try (DemoFolder folder = DemoFolder.create()) {
      new Demo(session, folder, new DemoView(result)).run(crash);
    } catch (SQLException | IOException failure) {
      throw new StorageException(
          ErrorCode.IO_FAILED,
          "the demo failed: " + failure.getMessage(),
          DemoUndone.HINT,
          failure);
    }
  }
}
