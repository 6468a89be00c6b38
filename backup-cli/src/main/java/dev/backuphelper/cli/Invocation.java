package dev.backuphelper.cli;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.internal.engine.Failures;
import dev.backuphelper.internal.engine.Tool;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** One run of the command line: parses, runs one command, prints. Used once, by one thread. */
final class Invocation {
  private static final String REPORT = "--report";

  private final List<String> arguments;
  private final Environment environment;
  private final RootCommand options = new RootCommand();
  private final Result result = new Result();
  private final long started = System.nanoTime();

  Invocation(String[] arguments, Environment environment) {
    this.arguments = List.of(arguments);
    this.environment = environment;
  }

  /** Runs, and returns the exit code. */
  int run() {
    CommandLine line = Parser.of(options, arguments);
    try {
      ParseResult parsed = line.parseArgs(arguments.toArray(new String[0]));
      boolean help = asksForHelp(parsed);
      line = deepest(parsed).commandSpec().commandLine();
      if (help) {
        return output().text("help", line.getUsageMessage(Ansi.OFF));
      }
      if (options.version) {
        return output().text("version", version());
      }
      requireOnce(parsed);
      run(line);
    } catch (ParameterException usage) {
      line = usage.getCommandLine();
      fail(line, Failure.of(usage));
    } catch (BackupException failure) {
      fail(line, Failure.of(failure));
    } catch (RuntimeException | Error unforeseen) {
      fail(line, Failure.unexpected(unforeseen));
    }
    return output().result(line.getCommandName(), result, elapsed(), report(line));
  }

  private void run(CommandLine line) {
    Command command =
        command(line).orElseThrow(() -> new ParameterException(line, "no command given"));
    Logging.configure(options.verbose);
    command.prepare(result);
    command.report().ifPresent(Invocation::requirePlace);
    try (Session session = new Session(options, environment, command.mentionsOpenPlans())) {
      try {
        command.run(session, result);
      } finally {
        result.put("warnings", session.warnings());
      }
    }
  }

  private void fail(CommandLine line, Failure failure) {
    if (result.isEmpty()) {
      command(line).ifPresent(command -> command.prepare(result));
    }
    String name = line.getCommandSpec().qualifiedName();
    result.fail(
        failure.exit() == ExitCodes.USAGE ? failure.orHint("See '" + name + " --help'.") : failure);
  }

  private static Optional<Command> command(CommandLine line) {
    return line.getCommand() instanceof Command command ? Optional.of(command) : Optional.empty();
  }

  private static ParseResult deepest(ParseResult parsed) {
    return parsed.hasSubcommand() ? deepest(parsed.subcommand()) : parsed;
  }

  private static boolean asksForHelp(ParseResult parsed) {
    return parsed.isUsageHelpRequested()
        || (parsed.hasSubcommand() && asksForHelp(parsed.subcommand()));
  }

  /** The parser sees to that within one command, but not for options before and after it. */
  private static void requireOnce(ParseResult parsed) {
    if (!parsed.hasSubcommand()) {
      return;
    }
    Set<String> before = new HashSet<>();
    parsed.matchedOptions().forEach(option -> before.add(option.longestName()));
    for (OptionSpec option : parsed.subcommand().matchedOptions()) {
      if (before.contains(option.longestName())) {
        throw new ParameterException(
            parsed.subcommand().commandSpec().commandLine(),
            "option '" + option.longestName() + "' should be specified only once");
      }
    }
  }

  private static String version() {
    return String.format(
        "%s, Java %s, %s %s%n",
        Tool.nameAndVersion(),
        System.getProperty("java.version"),
        System.getProperty("os.name"),
        System.getProperty("os.arch"));
  }

  private Output output() {
    // Not from the parser: also what it refuses is answered in the form that was asked for.
    return new Output(environment, given("--json"), given("--quiet"), given("--verbose"));
  }

  private boolean given(String flag) {
    return beforeSeparator().contains(flag);
  }

  private @Nullable Path report(CommandLine line) {
    Optional<Path> parsed = command(line).flatMap(Command::report);
    return parsed.or(() -> unparsedReport(line)).filter(Invocation::isPlace).orElse(null);
  }

  private static void requirePlace(Path report) {
    if (Failures.translate("cannot look at " + report, () -> Output.isReserved(report))) {
      throw new InvalidRequestException(
          "--report: %s has a name that belongs to a store or to a database".formatted(report),
          "Choose another name, as in: --report report.json");
    }
    if (!isPlace(report)) {
      throw new InvalidRequestException(
          "--report: %s is there, and is no report".formatted(report),
          "Name a file that is not there yet, or a former report.");
    }
  }

  // Looking into a file does no harm: no database is open in this process, before or afterwards.
  private static boolean isPlace(Path report) {
    return Failures.translate("cannot look at " + report, () -> Output.isPlace(report));
  }

  /** Finds the report that a refused command line asks for. */
  private Optional<Path> unparsedReport(CommandLine line) {
    if (line.getCommandSpec().findOption(REPORT) == null) {
      return Optional.empty();
    }
    List<String> words = beforeSeparator();
    int option = words.indexOf(REPORT);
    return option >= 0 && option + 1 < words.size()
        ? reportPath(words.get(option + 1))
        : words.stream()
            .filter(word -> word.startsWith(REPORT + "="))
            .findFirst()
            .flatMap(word -> reportPath(word.substring(REPORT.length() + 1)));
  }

  private static Optional<Path> reportPath(String text) {
    try {
      return text.isEmpty() || text.startsWith("-") ? Optional.empty() : Optional.of(Path.of(text));
    } catch (InvalidPathException notAPath) {
      // The parser said so already, or had another reason to refuse the command line.
      return Optional.empty();
    }
  }

  private List<String> beforeSeparator() {
    int separator = arguments.indexOf("--");
    return separator < 0 ? arguments : arguments.subList(0, separator);
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - started);
  }
}
