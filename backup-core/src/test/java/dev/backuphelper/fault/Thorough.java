package dev.backuphelper.fault;

/**
 * How much is tried: enough for every build, or all of it when {@code backup.test.thorough} is set.
 */
final class Thorough {
  private static final boolean ON = Boolean.getBoolean("backup.test.thorough");

  private Thorough() {}

  static int choose(int normally, int thoroughly) {
    return ON ? thoroughly : normally;
  }

  /** Prints a count, so that a build's log shows what was tried. */
  @SuppressWarnings("SystemOut")
  static void print(String line) {
    System.out.println(line);
  }
}
