package dev.backuphelper.cli;

import dev.backuphelper.encryption.KeyFile;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.error.StorageException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Makes a key in a new file. */
@CommandLine.Command(
    name = "generate",
    header = "Make a key in a new file.",
    synopsisHeading = "%nUsage: ",
    description = {
      "%nKeep a copy of the file apart from the backups: without it nobody can restore them.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      ExitCodes.HELP_DONE,
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      "7:refused: the file exists"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  backup key generate backup.key"})
final class KeyGenerateCommand implements Command {
  @Parameters(paramLabel = "FILE", description = "A file that does not exist.")
  Path file = Path.of("");

  @Override
  public void prepare(Result result) {
    result.put("file", null);
  }

  @Override
  public void run(Session session, Result result) {
    session.requireNoDirectory("a key is no backup; keep it somewhere else");
    Path path = file.toAbsolutePath();
    try {
      KeyFile.generate(path);
    } catch (FileAlreadyExistsException exists) {
      throw new RefusedException(
          "there is something already: " + path,
          "Name a file that does not exist: a key that is overwritten is lost, and its backups with"
              + " it.");
    } catch (IOException failure) {
      throw new StorageException(
          ErrorCode.IO_FAILED,
          "the key could not be written to %s: %s".formatted(path, failure.getMessage()),
          "Check that its folder exists and can be written.",
          failure);
    }
    result.put("file", path.toString());
    result.sayEssence(path.toString());
    result.say("made a key in " + path + "; keep a copy apart from the backups");
  }
}
