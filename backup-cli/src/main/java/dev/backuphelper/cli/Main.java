package dev.backuphelper.cli;

/** The entry of the {@code backup} command. Stateless. */
public final class Main {
  private Main() {}

  /**
   * Runs a command and ends the process with its exit code.
   *
   * @param arguments the command line
   */
  public static void main(String[] arguments) {
    System.exit(run(arguments, Environment.system()));
  }

  /** Runs a command and returns its exit code; never throws. */
  static int run(String[] arguments, Environment environment) {
    return new Invocation(arguments, environment).run();
  }
}
