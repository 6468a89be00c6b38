package dev.backuphelper.cli;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.migration.GuardPolicy;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a command that migrates databases, and undoes what it did if it fails. */
@CommandLine.Command(
    name = "guard",
    header = "Run a migration, and undo it if it fails.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "backup guard DB… --label NAME [OPTIONS] -- COMMAND…",
    description = {
      "%nTakes a verified safety backup, runs COMMAND with its own input and output, checks the"
          + " databases, and restores them if COMMAND ends with another exit code than 0, or if a"
          + " check fails. If all of it is killed, the next guard or 'backup recover' restores.%n"
    },
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      "0:COMMAND ended with 0, and the databases are sound",
      "2:usage; no database or no command named",
      "125:the guard itself failed, or a check did; the message says how the databases were left",
      "126:COMMAND is there, but cannot be run",
      "127:COMMAND is not there",
      "129, 130, 143:COMMAND, or the guard before it, was ended by the signal HUP, INT or TERM",
      " :any other is that of COMMAND; the databases were restored"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  backup guard app.db --label orders-v42 -- ./migrate.sh",
      "  backup guard app.db --label v42 -- sqlite3 app.db '.read v42.sql'",
      "  backup guard 'data/*.db' --label v43 --no-restore -- npm run migrate"
    })
final class GuardCommand implements Command {
  private static final String SEPARATOR = "--";
  private static final String EXAMPLE = "guard app.db --label v2 -- ./migrate.sh";

  @Spec @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "DB",
      arity = "0..*",
      description = "Database files, or patterns such as 'data/*.db'; after --, the command.")
  List<String> words = new ArrayList<>();

  @Option(
      names = "--label",
      paramLabel = "NAME",
      required = true,
      description = "What the migration is called in messages and in the safety backup.")
  String label = "";

  @Option(
      names = "--no-restore",
      description = "If it fails, keep what it left, and say how to restore.")
  boolean noRestore;

  @Option(
      names = "--wait",
      paramLabel = "S",
      description =
          "How many seconds to wait for another guard of the same databases (default: 300).")
  @Nullable Amount patience;

  @Mixin ReportOption report = new ReportOption();

  /** It resolves what is open of its own databases, before anything else. */
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
    new GuardView(label, result).putNothing();
  }

  @Override
  public void run(Session session, Result result) {
    session.requireNoJson(
        "stdout belongs to the command of a guard", "Write the object into a file with --report.");
    List<String> command = command();
    List<String> databases = words.subList(0, words.size() - command.size());
    try {
      List<SqliteSource> sources = Databases.named(databases, EXAMPLE);
      new GuardRun(session, policy(), command, new GuardView(label, result)).of(sources, label);
    } catch (RuntimeException | Error unforeseen) {
      if (unforeseen instanceof InvalidRequestException usage) {
        throw usage;
      }
      Failure failure =
          unforeseen instanceof BackupException known
              ? Failure.of(known)
              : Failure.unexpected(unforeseen);
      result.fail(failure.withExit(ExitCodes.GUARD_FAILED));
    }
  }

  // The parser takes the words before and after the separator for one list.
  private List<String> command() {
    List<String> line =
        Objects.requireNonNull(spec, "spec").commandLine().getParseResult().originalArgs();
    int separator = line.indexOf(SEPARATOR);
    int count = separator < 0 ? 0 : line.size() - separator - 1;
    if (count == 0 || count > words.size()) {
      throw new InvalidRequestException(
          "no command to run", "Give it after --, as in '-- ./migrate.sh'.");
    }
    return List.copyOf(words.subList(words.size() - count, words.size()));
  }

  private GuardPolicy policy() {
    GuardPolicy policy = noRestore ? GuardPolicy.stopping() : GuardPolicy.restoring();
    return patience == null ? policy : policy.withPatience(patience.seconds());
  }
}
