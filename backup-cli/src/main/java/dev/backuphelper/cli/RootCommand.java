package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The {@code backup} command itself: the options that stand before or after each command. */
@CommandLine.Command(
    name = "backup",
    header = "Verified, crash-safe backups of SQLite databases.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    synopsisHeading = "%nUsage: ",
    optionListHeading = "%nOptions, before or after the command:%n",
    exitCodeListHeading = ExitCodes.HEADING,
    exitCodeList = {
      ExitCodes.HELP_DONE,
      ExitCodes.HELP_FAILED,
      ExitCodes.HELP_USAGE,
      ExitCodes.HELP_PARTLY,
      ExitCodes.HELP_INVALID,
      ExitCodes.HELP_NOTHING,
      ExitCodes.HELP_LOCKED,
      ExitCodes.HELP_REFUSED,
      ExitCodes.HELP_KEY,
      ExitCodes.HELP_GUARD,
      ExitCodes.HELP_INTERRUPTED
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  backup create app.db                  a verified backup in ./backups",
      "  backup list                           what there is, newest first",
      "  backup verify --full                  checks everything",
      "  backup restore latest --dry-run       what a restore would do",
      "  backup clean 10 --dry-run             what retention would remove",
      "",
      "'backup COMMAND --help' tells about one command."
    })
final class RootCommand {
  private static final String DEFAULT_DIRECTORY = "backups";

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "Where the backups are (default: $BACKUP_DIR or backups).")
  @Nullable Path directory;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      arity = "0",
      defaultValue = "false",
      fallbackValue = "true",
      description = "Print one JSON object.")
  boolean json;

  @Option(
      names = "--quiet",
      scope = ScopeType.INHERIT,
      arity = "0",
      defaultValue = "false",
      fallbackValue = "true",
      description = "Print the bare result: ids, no words.")
  boolean quiet;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      arity = "0",
      defaultValue = "false",
      fallbackValue = "true",
      description = "Log what happens to stderr, with stack traces.")
  boolean verbose;

  @Option(
      names = "--lock-timeout",
      paramLabel = "S",
      scope = ScopeType.INHERIT,
      description = "How many seconds to wait for locks of others (default: 30).")
  @Nullable Amount lockTimeout;

  @Option(
      names = {"-h", "--help"},
      scope = ScopeType.INHERIT,
      usageHelp = true,
      arity = "0",
      description = "Print this help.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      arity = "0",
      description = "Print the version.")
  boolean version;

  /** Returns where the backups are. */
  Path directory(Map<String, String> variables) {
    if (directory != null) {
      return directory;
    }
    String named = variables.getOrDefault("BACKUP_DIR", "");
    return Reference.path(named.isEmpty() ? DEFAULT_DIRECTORY : named);
  }

  /** Returns how long to wait for locks. */
  Duration lockTimeout() {
    return lockTimeout == null ? BackupHelper.DEFAULT_LOCK_TIMEOUT : lockTimeout.seconds();
  }
}
