package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.ExportedBackup;
import dev.backuphelper.internal.engine.Failures;
import dev.backuphelper.model.BackupId;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Writes a backup into one file. */
@CommandLine.Command(
    name = "export",
    header = "Write a backup, with all that it builds on, into one file.",
    synopsisHeading = "%nUsage: ",
    description = {
      "%nUnpacked into an empty folder, the archive is a store. What is encrypted stays so; no key is"
          + " needed.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      ExitCodes.HELP_DONE,
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      ExitCodes.HELP_INVALID,
      ExitCodes.HELP_NOT_FOUND,
      ExitCodes.HELP_LOCKED,
      "7:refused: the file exists",
      ExitCodes.HELP_INTERRUPTED
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  backup export latest backup.tar.zst",
      "  backup export latest - | gpg --encrypt --recipient me > backup.tar.gpg"
    })
final class ExportCommand implements Command {
  private static final int BUFFER_SIZE = 1 << 16;

  @Parameters(
      index = "0",
      paramLabel = "ID",
      description = "An id, the beginning of one, or latest.")
  String id = "";

  @Parameters(
      index = "1",
      paramLabel = "FILE",
      description =
          "A file that does not exist, whose name ends with .tar, .tar.gz or .tar.zst; or - for a"
              + " .tar on standard output.")
  String file = "";

  @Override
  public void prepare(Result result) {
    result.put("id", null);
    result.put("chain", List.of());
    result.put("file", null);
    result.put("size", null);
    result.put("sha256", null);
  }

  @Override
  public void run(Session session, Result result) {
    String named = Reference.backup(id);
    if (file.equals(Reference.STANDARD_STREAM)) {
      session.requireNoJson(
          "standard output takes the archive", "Leave --json out, or name a file.");
      print(session, named, result);
    } else {
      write(session, named, ArchiveFile.named(Reference.path(file)), result);
    }
  }

  private static void write(Session session, String named, ArchiveFile archive, Result result) {
    try (ExportedBackup exported = open(session, named, result)) {
      ArchiveFile.Written written = archive.write(exported);
      result.put("file", archive.path().toString());
      result.put("size", written.size());
      result.put("sha256", written.sha256());
      result.bytes(exported.bytes());
      result.sayEssence(archive.path().toString());
      result.say(
          "exported %s to %s: %s"
              .formatted(words(exported), archive.path(), Format.size(written.size())));
    }
  }

  private static void print(Session session, String named, Result result) {
    PrintStream out = session.environment().out();
    try (ExportedBackup exported = open(session, named, result)) {
      OutputStream buffered = new BufferedOutputStream(new Printed(out), BUFFER_SIZE);
      Failures.translate(
          "cannot write to standard output",
          () -> {
            TarWriter.write(exported, buffered);
            buffered.flush();
            return exported;
          });
      result.bytes(exported.bytes());
      session.tell("exported " + words(exported));
    }
  }

  private static ExportedBackup open(Session session, String named, Result result) {
    BackupHelper backups = session.open();
    ExportedBackup exported = backups.export(backups.resolve(named).id());
    List<String> chain = exported.chain().stream().map(BackupId::value).toList();
    result.put("id", chain.get(chain.size() - 1));
    result.put("chain", chain);
    return exported;
  }

  private static String words(ExportedBackup exported) {
    List<BackupId> chain = exported.chain();
    BackupId last = chain.get(chain.size() - 1);
    int bases = chain.size() - 1;
    return bases == 0
        ? last.toString()
        : "%s and %s that it builds on".formatted(last, Format.count(bases, "backup"));
  }

  /** Standard output, which fails as soon as nobody reads it any more. */
  private static final class Printed extends OutputStream {
    private final PrintStream out;

    Printed(PrintStream out) {
      this.out = out;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
      out.write(buffer, offset, length);
      if (out.checkError()) {
        throw new IOException("nobody reads it any more, or its disk is full");
      }
    }
  }
}
