package dev.backuphelper.cli;

/**
 * How the library's log reaches people. Its warnings come as events, and are printed as such; so
 * the log itself is for {@code --verbose}, on stderr.
 */
final class Logging {
  private static final String PREFIX = "org.slf4j.simpleLogger.";

  private Logging() {}

  /** Sets it up; works before the first logger is made. */
  static void configure(boolean verbose) {
    set("defaultLogLevel", verbose ? "debug" : "error");
    // What a guard logs as an error it also throws, and it is told in words of its own.
    set("log.dev.backuphelper.migration", verbose ? "debug" : "off");
    // The driver removes native libraries that killed processes left, and complains when another
    // process is faster. What matters it throws.
    set("log.org.sqlite", verbose ? "debug" : "off");
    set("logFile", "System.err");
    set("showThreadName", "false");
    set("showLogName", Boolean.toString(verbose));
    set("levelInBrackets", "false");
  }

  private static void set(String name, String value) {
    System.setProperty(PREFIX + name, System.getProperty(PREFIX + name, value));
  }
}
