package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.CompressionCodec;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes one backup of all databases that are named. */
@CommandLine.Command(
    name = "create",
    header = "Make one verified backup of all databases named.",
    synopsisHeading = "%nUsage: ",
    description = {
      "%nThe databases may be in use. Only writers of one that is not in WAL mode wait while it is"
          + " copied.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      ExitCodes.HELP_DONE,
      ExitCodes.HELP_FAILED,
      "2:usage; no database named",
      "3:a damaged database was backed up as it is; or old backups could not be removed, or none of"
          + " some databases is good (--keep)",
      "5:a database is not there",
      ExitCodes.HELP_LOCKED,
      ExitCodes.HELP_REFUSED,
      ExitCodes.HELP_KEY,
      ExitCodes.HELP_INTERRUPTED
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  backup create app.db",
      "  backup create app.db memory.db --tag release=1.4 --description 'before 1.5'",
      "  backup create app.db --kind scheduled --keep 10 --quiet",
      "  backup create --compress app.db",
      "  backup create app.db --type auto",
      "  BACKUP_KEY_FILE=backup.key backup create --encrypt app.db"
    })
final class CreateCommand implements Command {
  @Parameters(
      paramLabel = "DB",
      arity = "0..*",
      description = "Database files, or patterns such as 'data/*.db'.")
  List<String> databases = new ArrayList<>();

  @Option(
      names = "--type",
      paramLabel = "T",
      description =
          "What it holds: full (default), incremental (what changed since the last backup),"
              + " differential (since the last full one), or auto (incremental where that pays).")
  TypeChoice type = TypeChoice.FULL;

  @Option(
      names = "--kind",
      paramLabel = "K",
      description = "Why it is made: manual (default), scheduled or archive.")
  BackupKind kind = BackupKind.MANUAL;

  @Option(
      names = "--compress",
      paramLabel = "C",
      arity = "0..1",
      fallbackValue = "zstd",
      preprocessor = CodecConverter.ZstdUnlessAttached.class,
      description = "Compress it: zstd (default) or gzip; the name only after =.")
  @Nullable CompressionCodec compress;

  @Option(
      names = "--encrypt",
      description =
          "Encrypt it, with the key file or passphrase that BACKUP_KEY_FILE or BACKUP_PASSPHRASE_FILE"
              + " names, or with a passphrase that is asked for.")
  boolean encrypt;

  @Option(names = "--pin", description = "Keep it: retention never removes it.")
  boolean pin;

  @Option(names = "--description", paramLabel = "T", description = "A text to record.")
  @Nullable String description;

  @Option(names = "--tag", paramLabel = "K=V", description = "A label to record; repeatable.")
  List<String> tags = new ArrayList<>();

  @Option(
      names = "--verify",
      negatable = true,
      arity = "0",
      defaultValue = "true",
      fallbackValue = "true",
      description = "Check the copy before it counts as a backup (default).")
  boolean verify = true;

  @Option(names = "--full", description = "Check it with all that SQLite can check.")
  boolean full;

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = "Afterwards keep the newest N backups, as 'clean --keep-last N' does.")
  @Nullable Integer keep;

  @Option(names = "--dry-run", description = "Say what would be done; write nothing.")
  boolean dryRun;

  @Mixin ReportOption report = new ReportOption();

  @Override
  public Optional<Path> report() {
    return report.file();
  }

  @Override
  public void prepare(Result result) {
    CreateView.putNothing(result, kind, compress != null, dryRun);
  }

  @Override
  public void run(Session session, Result result) {
    CreateRequest request = request(session);
    if (keep != null) {
      RetentionOptions.atLeastOne(keep);
    }
    CreateView view = new CreateView(Format.absolute(session.directory()), result);
    List<SqliteSource> sources = Databases.named(databases, "create app.db");
    BackupHelper backups =
        encrypt
            ? session.openToEncrypt(session.directory(), sources)
            : session.open(session.directory(), sources);
    if (dryRun) {
      view.show(backups.preview(request), keep);
      return;
    }
    Backup backup = backups.create(request);
    view.show(backup);
    if (keep != null && !backup.damaged()) {
      keepNewest(backups, keep, backup.id(), result);
    }
  }

  private CreateRequest request(Session session) {
    if (kind == BackupKind.SAFETY) {
      throw new InvalidRequestException(
          "--kind safety: such backups are made before something dangerous, not by hand",
          "Give --kind manual, scheduled or archive.");
    }
    GitCheckout git = GitCheckout.of(session.environment().workingDirectory());
    CreateRequest.Builder request =
        CreateRequest.builder()
            .kind(kind)
            .checks(level())
            .encrypt(encrypt)
            .git(git.commit(), git.branch());
    type.applyTo(request);
    if (description != null) {
      request.description(description);
    }
    if (compress != null) {
      request.compress(Compression.of(compress));
    }
    labels().forEach(request::tag);
    return pin ? request.pinned().build() : request.build();
  }

  private CheckLevel level() {
    if (full && !verify) {
      throw new InvalidRequestException("--full and --no-verify exclude each other", null);
    }
    if (full) {
      return CheckLevel.FULL;
    }
    return verify ? CheckLevel.QUICK : CheckLevel.NONE;
  }

  private Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String tag : tags) {
      int sign = tag.indexOf('=');
      if (sign < 1) {
        throw new InvalidRequestException("--tag: not of the form K=V: '" + tag + "'", null);
      }
      String key = tag.substring(0, sign);
      if (labels.put(key, tag.substring(sign + 1)) != null) {
        throw new InvalidRequestException("--tag: two values for '" + key + "'", null);
      }
    }
    return labels;
  }

  private static void keepNewest(BackupHelper backups, int count, BackupId created, Result result) {
    try {
      CleanReport cleaned = backups.cleanOld(count);
      result.put("cleaned", RemovalView.values(cleaned));
      cleaned.removed().forEach(removed -> result.say(RemovalView.line(removed)));
      result.say("kept the newest " + count + ": " + RemovalView.summary(cleaned));
      RemovalView.judge(cleaned, ExitCodes.PARTLY, result);
    } catch (BackupException failure) {
      result.fail(
          new Failure(
              failure.code().name(),
              ExitCodes.PARTLY,
              created + " was created, but no old backup was removed: " + failure.getMessage(),
              failure.hint().orElse(null),
              failure));
    }
  }
}
