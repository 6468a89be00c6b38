package dev.backuphelper.cli;

import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.CompressionCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;

/** Makes parsers of the command line. Stateless. */
final class Parser {
  /** In the order of the help text. */
  private static final List<Entry> COMMANDS =
      List.of(
          new Entry(CreateCommand::new, "create"),
          new Entry(RestoreCommand::new, "restore"),
          new Entry(VerifyCommand::new, "verify", "validate"),
          new Entry(StatusCommand::new, "status"),
          new Entry(ListCommand::new, "list"),
          new Entry(InfoCommand::new, "info"),
          new Entry(CompareCommand::new, "compare"),
          new Entry(SizeCommand::new, "size"),
          new Entry(CleanCommand::new, "clean", "prune"),
          new Entry(PinCommand::new, "pin"),
          new Entry(UnpinCommand::new, "unpin"),
          new Entry(DeleteCommand::new, "delete"),
          new Entry(ExportCommand::new, "export"),
          new Entry(ImportCommand::new, "import"),
          new Entry(GuardCommand::new, "guard"),
          new Entry(RecoverCommand::new, "recover"),
          new Entry(KeyCommand::new, "key"),
          new Entry(RekeyCommand::new, "rekey"),
          new Entry(DemoCommand::new, "demo"),
          new Entry(CompletionCommand::new, "completion"));

  private Parser() {}

  private record Entry(Supplier<Command> maker, List<String> names) {
    Entry(Supplier<Command> maker, String... names) {
      this(maker, List.of(names));
    }

    boolean isIn(List<String> words) {
      return names.stream().anyMatch(words::contains);
    }
  }

  /** Returns a parser of all commands. */
  static CommandLine ofAll(RootCommand options) {
    return of(options, COMMANDS);
  }

  /**
   * Returns a parser that treats these words as one of all commands does. It takes half the time at
   * start-up, because it does not know commands that the words do not name.
   */
  static CommandLine of(RootCommand options, List<String> words) {
    List<Entry> named = COMMANDS.stream().filter(entry -> entry.isIn(words)).toList();
    return named.isEmpty() ? ofAll(options) : of(options, named);
  }

  private static CommandLine of(RootCommand options, Iterable<Entry> commands) {
    CommandLine parser = new CommandLine(options);
    for (Entry entry : commands) {
      parser.addSubcommand(entry.names().get(0), entry.maker().get());
    }
    return parser
        .registerConverter(Path.class, new PathConverter())
        .registerConverter(Amount.class, new Amount.Converter())
        .registerConverter(Duration.class, new DurationConverter())
        .registerConverter(Instant.class, new InstantConverter())
        .registerConverter(BackupKind.class, new KindConverter())
        .registerConverter(TypeChoice.class, new TypeChoice.Converter())
        .registerConverter(CompressionCodec.class, new CodecConverter())
        .setAllowOptionsAsOptionParameters(false)
        // A database's name may begin with @.
        .setExpandAtFiles(false);
  }
}
