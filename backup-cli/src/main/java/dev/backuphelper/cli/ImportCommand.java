package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.VerifyRequest;
import dev.backuphelper.internal.engine.Failures;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.ImportReport;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.report.VerifyReport.VerifiedFile;
import dev.backuphelper.store.FileSequence;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Parameters;

/** Takes over the backup in an archive. */
@CommandLine.Command(
    name = "import",
    header = "Take over the backup in a file that export wrote.",
    synopsisHeading = "%nUsage: ",
    description = {
      "%nNothing is published before the whole file was read and found to be what its manifests say."
          + " Then all of its backups are verified, also those that were there already, as far as that"
          + " can be done without their key.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      "0:done, or all of it was there already",
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      "3:all of it is there as it was exported, but it does not verify",
      ExitCodes.HELP_INVALID,
      ExitCodes.HELP_NOT_FOUND,
      ExitCodes.HELP_LOCKED,
      "7:refused: the store has something else under that id, or it is dated in the future",
      ExitCodes.HELP_KEY,
      ExitCodes.HELP_INTERRUPTED
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  backup import backup.tar.zst --dir restored",
      "  gpg --decrypt backup.tar.gpg | backup import -"
    })
final class ImportCommand implements Command {
  @Parameters(
      paramLabel = "FILE",
      description = "The archive, compressed or not; or - for standard input.")
  String file = "";

  @Override
  public void prepare(Result result) {
    result.put("imported", List.of());
    result.put("already_there", List.of());
    result.put("verified", List.of());
  }

  @Override
  public void run(Session session, Result result) {
    Reference archive = Reference.archive(file);
    BackupHelper backups = session.open();
    ImportReport report =
        Failures.translate(
            "cannot import " + file,
            () -> {
              try (FileSequence files = session.files(archive)) {
                return backups.importFrom(files);
              }
            });
    result.put("imported", values(report.imported()));
    result.put("already_there", values(report.alreadyThere()));
    result.bytes(report.bytes());
    report.imported().forEach(id -> result.sayEssence(id.value()));
    VerifyReport found = verify(backups, report);
    List<BackupId> verified = ids(found).stream().filter(id -> isValid(id, found)).toList();
    result.put("verified", values(verified));
    report.imported().forEach(id -> result.say("imported " + words(id, verified)));
    report.alreadyThere().forEach(id -> result.say("already there: " + words(id, verified)));
    tell(session, found, result);
  }

  // What the other store knew of them says nothing of these copies, and what this one recorded was
  // before.
  private static VerifyReport verify(BackupHelper backups, ImportReport report) {
    VerifyRequest.Builder request = VerifyRequest.builder();
    report.imported().forEach(request::id);
    report.alreadyThere().forEach(request::id);
    return backups.verify(request.build());
  }

  private static List<BackupId> ids(VerifyReport found) {
    return found.files().stream().flatMap(file -> file.id().stream()).distinct().sorted().toList();
  }

  private static String words(BackupId id, List<BackupId> verified) {
    return id + (verified.contains(id) ? ", verified (quick_check)" : "");
  }

  private static void tell(Session session, VerifyReport found, Result result) {
    for (VerifiedFile file : found.files()) {
      file.error()
          .ifPresent(
              error -> {
                session.warn("%s is not verified: %s".formatted(file.path(), error));
                if (file.obstacle().isEmpty()) {
                  result.fail(unverified(file, error));
                }
              });
    }
  }

  private static boolean isValid(BackupId id, VerifyReport found) {
    return found.files().stream()
        .filter(file -> file.id().filter(id::equals).isPresent())
        .allMatch(VerifiedFile::valid);
  }

  private static Failure unverified(VerifiedFile file, String error) {
    return Failure.finding(
        "UNVERIFIED",
        ExitCodes.PARTLY,
        "it is as it was exported, but it does not verify: %s: %s".formatted(file.path(), error),
        "Do not rely on it; export a backup that verifies.");
  }

  private static List<String> values(List<BackupId> ids) {
    return ids.stream().map(BackupId::value).toList();
  }
}
