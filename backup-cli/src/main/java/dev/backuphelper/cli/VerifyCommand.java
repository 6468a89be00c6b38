package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.VerifyRequest;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.CheckStatus;
import dev.backuphelper.report.VerifyReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks backups, or plain database files. */
@CommandLine.Command(
    name = "verify",
    aliases = "validate",
    header = "Check backups, all without an argument, or plain database files.",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      "0:everything looked at is valid",
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      ExitCodes.HELP_INVALID,
      ExitCodes.HELP_NOTHING,
      ExitCodes.HELP_LOCKED,
      ExitCodes.HELP_REFUSED,
      ExitCodes.HELP_KEY
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  backup verify --full",
      "  backup verify latest --max-age-hours 26 --report health.json",
      "  backup verify /srv/dumps --pattern '*.sqlite.gz'"
    })
final class VerifyCommand implements Command {
  @Parameters(
      paramLabel = "ID|latest|FILE|DIR",
      arity = "0..*",
      description =
          "Backups, archives that export made (- is one from standard input), database files (plain"
              + " or compressed), or folders of backups or database files.")
  List<String> arguments = new ArrayList<>();

  @Option(names = "--full", description = "Check with all that SQLite can check.")
  boolean full;

  @Option(
      names = "--max-age-days",
      paramLabel = "N",
      description = "The newest good backup of each set of databases is at most N days old.")
  @Nullable Amount maxAgeDays;

  @Option(names = "--max-age-hours", paramLabel = "N", description = "The same in hours.")
  @Nullable Amount maxAgeHours;

  @Option(names = "--min-size-mb", paramLabel = "N", description = "Each file has at least N MiB.")
  @Nullable Amount minSizeMb;

  @Option(names = "--max-size-gb", paramLabel = "N", description = "Each file has at most N GiB.")
  @Nullable Amount maxSizeGb;

  @Option(
      names = "--pattern",
      paramLabel = "GLOB",
      description =
          "Names of files to look at in folders (default: *.db, *.sqlite, *.sqlite3,"
              + " each also .gz and .zst); repeatable.")
  List<String> patterns = new ArrayList<>();

  @Mixin ReportOption report = new ReportOption();

  @Override
  public Optional<Path> report() {
    return report.file();
  }

  @Override
  public void prepare(Result result) {
    put(result, new VerifyReport(List.of()));
  }

  @Override
  public void run(Session session, Result result) {
    List<Reference> references = arguments.stream().map(Reference::parse).toList();
    if (!patterns.isEmpty() && of(references, Reference.Kind.FOLDER).isEmpty()) {
      throw new InvalidRequestException("--pattern: no folder of plain files is named", null);
    }
    if (!references.isEmpty() && of(references, Reference.Kind.BACKUP).isEmpty()) {
      session.requireNoDirectory("no backup in it is named, only " + String.join(", ", arguments));
    }
    VerifyReport report = verify(session, references);
    put(result, report);
    describe(report, result);
    if (report.files().isEmpty()) {
      result.fail(nothing(session));
    } else if (!report.allValid()) {
      result.fail(invalid(report));
    }
  }

  private VerifyReport verify(Session session, List<Reference> references) {
    Stream<VerifyReport> own = Stream.empty();
    List<Reference> stores = of(references, Reference.Kind.STORE);
    List<Reference> archives = of(references, Reference.Kind.ARCHIVE);
    int apart = stores.size() + archives.size();
    if (apart == 0 || apart < references.size()) {
      BackupHelper backups = session.open();
      VerifyRequest.Builder request = limits();
      for (Reference reference : references) {
        switch (reference.kind()) {
          case BACKUP -> request.id(id(backups, reference.text()));
          case FILE, FOLDER -> request.file(reference.path());
          case STORE, ARCHIVE -> {}
        }
      }
      own = Stream.of(backups.verify(request.build()));
    }
    Stream<VerifyReport> others =
        stores.stream()
            .map(store -> session.open(store.path(), List.of()).verify(limits().build()));
    Stream<VerifyReport> packed = archives.stream().map(archive -> verifyArchive(session, archive));
    return new VerifyReport(
        Stream.of(own, others, packed)
            .flatMap(reports -> reports)
            .flatMap(part -> part.files().stream())
            .toList());
  }

  // One that is no sound archive is a finding, as any other bad file is.
  private VerifyReport verifyArchive(Session session, Reference archive) {
    try {
      return session.openArchive(archive).verify(limits().build());
    } catch (CorruptBackupException bad) {
      return new VerifyReport(
          List.of(
              new VerifyReport.VerifiedFile(
                  Optional.empty(),
                  archive.text(),
                  Optional.of("validation failed: " + bad.getMessage()),
                  0,
                  Optional.empty(),
                  List.of(),
                  bad.code() == ErrorCode.CORRUPT ? Optional.empty() : Optional.of(bad.code()))));
    }
  }

  // A whole id is taken as it is: it may be one whose manifest is corrupt, which is a finding.
  private static BackupId id(BackupHelper backups, String text) {
    return BackupId.tryParse(text).orElseGet(() -> backups.resolve(text).id());
  }

  private static List<Reference> of(List<Reference> references, Reference.Kind kind) {
    return references.stream().filter(reference -> reference.kind() == kind).toList();
  }

  private VerifyRequest.Builder limits() {
    VerifyRequest.Builder request = VerifyRequest.builder();
    request.level(full ? CheckLevel.FULL : CheckLevel.QUICK);
    Stream.of(
            Optional.ofNullable(maxAgeDays).map(Amount::days),
            Optional.ofNullable(maxAgeHours).map(Amount::hours))
        .flatMap(Optional::stream)
        .min(Duration::compareTo)
        .ifPresent(request::maxAge);
    if (minSizeMb != null) {
      request.minSize(minSizeMb.mebibytes());
    }
    if (maxSizeGb != null) {
      request.maxSize(maxSizeGb.gibibytes());
    }
    patterns.forEach(request::pattern);
    return request;
  }

  private static void put(Result result, VerifyReport report) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("total_files", report.files().size());
    summary.put("valid", report.valid());
    summary.put("invalid", report.invalid());
    summary.put("all_valid", report.allValid());
    result.put("summary", summary);
    result.put("files", report.files().stream().map(VerifyCommand::values).toList());
    result.bytes(report.files().stream().mapToLong(VerifyReport.VerifiedFile::size).sum());
  }

  private static Map<String, @Nullable Object> values(VerifyReport.VerifiedFile file) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    file.id().ifPresent(id -> values.put("id", id.value()));
    values.put("path", file.path());
    values.put("valid", file.valid());
    file.error().ifPresent(error -> values.put("error", error));
    values.put("size_bytes", file.size());
    values.put("sha256", file.sha256().orElse(null));
    values.put("checks", BackupView.values(file.checks()));
    return values;
  }

  private static void describe(VerifyReport report, Result result) {
    for (VerifyReport.VerifiedFile file : report.files()) {
      result.say(line(file));
      if (!file.valid()) {
        result.sayEssence(file.path());
      }
    }
    if (!report.files().isEmpty()) {
      result.say(report.valid() + " of " + report.files().size() + " valid");
    }
  }

  private static String line(VerifyReport.VerifiedFile file) {
    return file.error()
        .map(error -> "INVALID  " + file.path() + ": " + error)
        .orElseGet(
            () ->
                String.format(
                    "valid    %s  %s  %s",
                    file.path(), Format.size(file.size()), words(file.checks())));
  }

  private static String words(List<Check> checks) {
    return checks.stream().map(VerifyCommand::words).collect(Collectors.joining(", "));
  }

  private static String words(Check check) {
    return check.status() == CheckStatus.OK
        ? check.name()
        : check.name() + " " + check.status().key() + ": " + check.detail();
  }

  private Failure nothing(Session session) {
    String where =
        arguments.isEmpty()
            ? "no backups in " + Format.absolute(session.directory())
            : "no backups or database files in " + String.join(", ", arguments);
    return Failure.finding(
        ErrorCode.BACKUP_NOT_FOUND.name(),
        ExitCodes.NOT_FOUND,
        "nothing to verify: " + where,
        "Check the folder's spelling, or name other files with --pattern.");
  }

  private static Failure invalid(VerifyReport report) {
    VerifyReport.VerifiedFile first =
        report.files().stream().filter(file -> !file.valid()).findFirst().orElseThrow();
    String count =
        report.invalid() == 1
            ? "1 of " + report.files().size() + " is not valid: "
            : report.invalid() + " of " + report.files().size() + " are not valid, the first is ";
    String message = count + first.path() + ": " + first.error().orElse("");
    if (isAllBecauseOf(ErrorCode.KEY_UNUSABLE, report)) {
      return Failure.finding(
          ErrorCode.KEY_UNUSABLE.name(),
          ExitCodes.KEY,
          message,
          "Give the key with BACKUP_KEY_FILE or BACKUP_PASSPHRASE_FILE.");
    }
    // Nothing is known to be bad if all that is not valid is only in a format of a later version.
    boolean unsupported = isAllBecauseOf(ErrorCode.UNSUPPORTED_FORMAT, report);
    return Failure.finding(
        unsupported ? ErrorCode.UNSUPPORTED_FORMAT.name() : "VERIFICATION_FAILED",
        ExitCodes.INVALID,
        message,
        "Do not restore what is not valid; make a new backup, and look after the disk.");
  }

  private static boolean isAllBecauseOf(ErrorCode obstacle, VerifyReport report) {
    return report.files().stream()
        .filter(file -> !file.valid())
        .allMatch(file -> file.obstacle().filter(obstacle::equals).isPresent());
  }
}
