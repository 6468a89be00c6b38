package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.BackupNotFoundException;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.internal.engine.Failures;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.report.RestoreReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Puts a backup's content back. */
@CommandLine.Command(
    name = "restore",
    header = "Put a backup's content back.",
    synopsisHeading = "%nUsage: ",
    description = {
      "%nVerifies the backup, takes a safety backup of what is there, restores, and verifies again."
          + " What is there already is overwritten only if you agree, or with --force.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      ExitCodes.HELP_DONE,
      "1:failed; the message says how the databases were left",
      ExitCodes.HELP_USAGE,
      "3:restored, but somebody else went on writing, or with findings: damaged, or --no-verify",
      ExitCodes.HELP_INVALID,
      ExitCodes.HELP_NOT_FOUND,
      ExitCodes.HELP_LOCKED,
      "7:refused by a safety rule, declined, or --force is missing",
      ExitCodes.HELP_KEY,
      ExitCodes.HELP_INTERRUPTED
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  backup restore latest --dry-run",
      "  backup restore 20261120-070212-345 --force",
      "  backup restore --at 2026-11-20T07:00Z --force",
      "  backup restore latest --target /tmp/look.db",
      "  backup restore old/app.db.gz --target app.db",
      "  backup restore backup.tar.zst --target app.db"
    })
final class RestoreCommand implements Command {
  private static final String LATEST = "latest";

  @Parameters(
      paramLabel = "ID|latest|FILE|DIR",
      arity = "0..1",
      description =
          "A backup; or an archive that export made; or a database file, plain or compressed; or a"
              + " folder, of which the newest valid one is taken. FILE and DIR need --target.")
  @Nullable String argument;

  @Option(
      names = "--target",
      paramLabel = "PATH",
      description =
          "Where to: a file, or a folder for several databases (default: where they came from).")
  @Nullable Path target;

  @Option(
      names = "--component",
      paramLabel = "NAME",
      description = "Restore one database of the backup alone.")
  @Nullable String component;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description =
          "Take the newest backup that is not later: 2026-11-20T07:02Z, in UTC unless TIME says"
              + " otherwise.")
  @Nullable Instant at;

  @Option(names = "--force", description = "Overwrite what is there without asking.")
  boolean force;

  @Option(
      names = "--verify",
      negatable = true,
      arity = "0",
      defaultValue = "true",
      fallbackValue = "true",
      description = "Refuse what does not verify, and check the result (default).")
  boolean verify = true;

  @Option(names = "--dry-run", description = "Check everything; change nothing.")
  boolean dryRun;

  @Option(
      names = "--no-safety-backup",
      description = "Overwrite without a safety backup: what is there is lost.")
  boolean noSafetyBackup;

  @Option(
      names = "--safety-backup-dir",
      paramLabel = "DIR",
      description =
          "Where the safety backup goes, and the record of the restore while it is open (default:"
              + " to the other backups).")
  @Nullable Path safetyBackupDirectory;

  @Option(
      names = "--pattern",
      paramLabel = "GLOB",
      description = "Names of files to look at in a folder.")
  @Nullable String pattern;

  @Mixin ReportOption report = new ReportOption();

  @Override
  public boolean mentionsOpenPlans() {
    return false;
  }

  @Override
  public Optional<Path> report() {
    return report.file();
  }

  @Override
  public void prepare(Result result) {
    RestoreView.putNothing(result, dryRun);
  }

  @Override
  public void run(Session session, Result result) {
    if (argument == null && at == null) {
      ListCommand.show(session, session.open().listing(), result);
      throw new InvalidRequestException(
          "nothing named to restore", "Name one of the backups listed, or 'latest'.");
    }
    Reference from = Reference.parse(argument == null ? LATEST : argument);
    requireSense(from);
    if (from.kind() == Reference.Kind.ARCHIVE) {
      requireFile(from);
    }
    if (from.kind() == Reference.Kind.STORE) {
      session.requireNoDirectory("the folder to restore from is named: " + from.text());
    }
    Path directory = from.kind() == Reference.Kind.STORE ? from.path() : session.directory();
    RestoreView view =
        new RestoreView(safetyBackupDirectory == null ? directory : safetyBackupDirectory, result);
    BackupHelper backups =
        from.kind() == Reference.Kind.ARCHIVE
            ? session.openArchive(from)
            : session.open(directory, List.of());
    Confirmation confirmation = new Confirmation(session, force || dryRun);
    RestoreRequest request = request(backups, from, directory, confirmation, view);
    try {
      RestoreReport restored = backups.restore(request);
      restored.warnings().forEach(session::warn);
      view.show(restored);
    } catch (RestoreFailedException failure) {
      view.show(failure);
    } catch (RefusedException refused) {
      throw confirmation.refusal().orElse(refused);
    } catch (BackupException untouched) {
      throw untouched;
    } catch (RuntimeException | Error unforeseen) {
      result.put("outcome", RestoreOutcome.UNKNOWN.key());
      throw unforeseen;
    }
  }

  private RestoreRequest request(
      BackupHelper backups,
      Reference from,
      Path directory,
      Confirmation confirmation,
      RestoreView view) {
    RestoreRequest.Builder request =
        switch (from.kind()) {
          case BACKUP -> requestOf(backups, from.text(), view);
          case STORE -> requestOf(backups, LATEST, view);
          case ARCHIVE -> newestOf(backups, view).safetyDirectory(directory);
          case FILE, FOLDER -> RestoreRequest.ofFile(from.path());
        };
    request.confirm(confirmation);
    if (target != null) {
      request.to(target);
    }
    if (component != null) {
      request.component(new SourceName(component));
    }
    if (!verify) {
      request.unverified();
    }
    if (noSafetyBackup) {
      request.withoutSafetyBackup();
    }
    if (safetyBackupDirectory != null) {
      request.safetyDirectory(safetyBackupDirectory);
    }
    if (pattern != null) {
      request.pattern(pattern);
    }
    return dryRun ? request.dryRun().build() : request.build();
  }

  // What it builds on is older.
  private static RestoreRequest.Builder newestOf(BackupHelper archive, RestoreView view) {
    BackupId id = archive.list().get(0).id();
    view.of(id);
    return RestoreRequest.of(id);
  }

  private RestoreRequest.Builder requestOf(BackupHelper backups, String name, RestoreView view) {
    BackupId id = (at == null ? backups.resolve(name) : notLater(backups, at)).id();
    view.of(id);
    RestoreRequest.Builder request = RestoreRequest.of(id);
    // Whoever asks for the latest has not chosen a damaged one.
    return name.equals(LATEST) ? request.refuseDamaged() : request;
  }

  private static Backup notLater(BackupHelper backups, Instant at) {
    return backups
        .latest(at)
        .orElseThrow(
            () ->
                new BackupNotFoundException(
                    "no backup is as old as " + at, "'backup list' shows what there is."));
  }

  private void requireFile(Reference archive) {
    if (archive.isPiped()) {
      throw new InvalidRequestException(
          "a restore needs the archive again if it is killed, so it cannot come from a pipe",
          "Write it to a file first; or import it, and restore it by its id.");
    }
    if (target != null
        && Failures.translate(
            "cannot look at " + target,
            () -> Files.exists(target) && Files.isSameFile(target, archive.path()))) {
      throw new InvalidRequestException(
          "the archive is the target itself: " + archive.text(), "Restore into another file.");
    }
  }

  private void requireSense(Reference from) {
    boolean one = from.isPlain() || !from.text().equals(LATEST);
    if (at != null && one && from.kind() != Reference.Kind.STORE) {
      throw new InvalidRequestException(
          "--at: a backup or a file is named: " + from.text(), "Leave one of the two out.");
    }
    if (from.kind() != Reference.Kind.BACKUP && target == null) {
      throw new InvalidRequestException(
          "a file or folder needs a target: " + from.text(),
          "Say where to restore it with --target; to restore backups of another folder, give it"
              + " with --dir.");
    }
    if (pattern != null && from.kind() != Reference.Kind.FOLDER) {
      throw new InvalidRequestException("--pattern: no folder of plain files is named", null);
    }
    if (component != null && from.isPlain()) {
      throw new InvalidRequestException(
          "--component: a plain file holds one database: " + from.text(),
          "Leave --component out, or name a backup.");
    }
    if (component != null && !SourceName.isValid(component)) {
      throw new InvalidRequestException(
          "not a component's name: '" + component + "'", "'backup info ID' shows the names.");
    }
  }
}
