package dev.backuphelper.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/**
 * What surrounds a command.
 *
 * @param variables the environment variables
 * @param out takes results
 * @param err takes everything else
 * @param terminal the person in front, if there is one
 * @param clock the time
 * @param workingDirectory where the command runs
 */
record Environment(
    Map<String, String> variables,
    PrintStream out,
    PrintStream err,
    Terminal terminal,
    Clock clock,
    Path workingDirectory) {

  /** Returns what surrounds this process. */
  static Environment system() {
    return new Environment(
        System.getenv(),
        System.out,
        System.err,
        Terminal.system(),
        Clock.systemUTC(),
        Path.of("").toAbsolutePath());
  }
}
