package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.retention.RetentionPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Applies retention. */
@CommandLine.Command(
    name = "clean",
    aliases = "prune",
    header = "Remove backups that the rules given let go, and say why each stays or goes.",
    synopsisHeading = "%nUsage: ",
    description = {
      "%nNever removes the newest verified backup of a database, a pinned one, or one that others"
          + " need. Asks first on a terminal.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      ExitCodes.HELP_DONE,
      ExitCodes.HELP_FAILED,
      "2:usage; no rule given",
      "3:not everything could be removed, or no good backup is left of some databases",
      ExitCodes.HELP_INVALID,
      ExitCodes.HELP_NOT_FOUND,
      ExitCodes.HELP_LOCKED,
      ExitCodes.HELP_REFUSED
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  backup clean 10",
      "  backup clean --keep-last 10 --age-days 90 --dry-run",
      "  backup clean --keep-daily 7 --keep-weekly 4 --keep-monthly 12",
      "  backup clean /srv/dumps --keep-last 3    plain files of a folder"
    })
final class CleanCommand implements Command {
  private static final Pattern NUMBER = Pattern.compile("-?\\d+");

  @Parameters(
      paramLabel = "N|DIR",
      arity = "0..1",
      description = "How many to keep, or a folder: of backups, or of plain database files.")
  @Nullable String argument;

  @Mixin RetentionOptions rules = new RetentionOptions();

  @Option(names = "--dry-run", description = "Say what would be removed; remove nothing.")
  boolean dryRun;

  @Mixin ReportOption report = new ReportOption();

  @Override
  public Optional<Path> report() {
    return report.file();
  }

  @Override
  public void prepare(Result result) {
    RemovalView.putNothing(result, dryRun);
  }

  @Override
  public void run(Session session, Result result) {
    Cleaning cleaning = cleaning(session, policy());
    CleanReport cleaned =
        dryRun || !session.canAsk()
            ? cleaning.unasked().apply(dryRun)
            : new AgreedRemoval(session, cleaning.agreed()).after(cleaning.unasked().apply(true));
    RemovalView.put(result, cleaned);
    RemovalView.describe(cleaned, result);
    RemovalView.judge(cleaned, result);
  }

  /**
   * What is cleaned, and how.
   *
   * @param unasked removes, or in a dry run says what it would
   * @param agreed removes what is agreed to
   */
  private record Cleaning(
      Function<Boolean, CleanReport> unasked,
      Function<Predicate<CleanReport>, CleanReport> agreed) {}

  private Cleaning cleaning(Session session, RetentionPolicy policy) {
    Optional<Reference> folder = folder();
    folder.ifPresent(
        named -> session.requireNoDirectory("the folder to clean is named: " + named.text()));
    if (folder.isPresent() && folder.get().kind() == Reference.Kind.FOLDER) {
      if (rules.kind != null) {
        throw new InvalidRequestException("--kind: plain files have no kind", null);
      }
      BackupHelper backups = session.open();
      Path path = folder.get().path();
      return new Cleaning(
          dry -> backups.cleanFolder(path, policy, List.of(), dry),
          agreed -> backups.cleanFolder(path, policy, List.of(), agreed));
    }
    BackupHelper backups =
        session.open(folder.map(Reference::path).orElseGet(session::directory), List.of());
    return new Cleaning(
        dry -> backups.cleanOld(policy, dry), agreed -> backups.cleanOld(policy, agreed));
  }

  private Optional<Reference> folder() {
    return Optional.ofNullable(argument)
        .filter(text -> !NUMBER.matcher(text).matches())
        .map(Reference::folder);
  }

  private RetentionPolicy policy() {
    if (argument != null && NUMBER.matcher(argument).matches()) {
      if (rules.keepLast != null) {
        throw new InvalidRequestException("two numbers to keep: N and --keep-last", null);
      }
      rules.keepLast = number(argument);
    }
    return rules.policy();
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException tooLarge) {
      throw new InvalidRequestException("not a number of backups: " + text, null, tooLarge);
    }
  }
}
