package dev.backuphelper.crash;

import dev.backuphelper.testing.ChildJvm;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs a scenario in a process of its own, which dies at a certain point; or does not, if that
 * point never comes. Says {@code ready} before and {@code done} after.
 *
 * <p>Arguments: the scenario, the one whose databases it is about, the world's folder, its rows,
 * the fatal point.
 */
public final class CrashingProcess {
  private CrashingProcess() {}

  /** Runs a restore in a process that dies at a point, named as {@link CrashPoints} does. */
  public static void crash(Scenario restore, World world, String fatal)
      throws InterruptedException {
    try (ChildJvm child = start(restore, restore, world, fatal)) {
      int code = child.awaitExit();
      if (code != ChildJvm.KILLED) {
        throw new AssertionError("never came to " + fatal + ", ended with " + code);
      }
    }
  }

  static ChildJvm start(Scenario scenario, Scenario of, World world, String fatal) {
    return startUnder(List.of(), scenario, of, world, fatal);
  }

  /** Starts it under another program. */
  static ChildJvm startUnder(
      List<String> program, Scenario scenario, Scenario of, World world, String fatal) {
    return ChildJvm.startUnder(
        program,
        world.scratch(),
        CrashingProcess.class,
        scenario,
        of,
        world.folder(),
        world.rows(),
        fatal);
  }

  @SuppressWarnings("SystemOut") // its output is what the parent waits for
  public static void main(String[] arguments) {
    Scenario scenario = Scenario.valueOf(arguments[0]);
    Scenario of = Scenario.valueOf(arguments[1]);
    World world = new World(Path.of(arguments[2]), Integer.parseInt(arguments[3]));
    CrashPoints points = new CrashPoints(arguments[4]);
    System.out.println("ready");
    scenario.run(world.backups(of.databases(), points), world);
    System.out.println("done");
  }
}
