package dev.backuphelper.migration;

import dev.backuphelper.error.RefusedException;
import dev.backuphelper.migration.fixture.CrashPoints;
import dev.backuphelper.testing.ChildJvm;
import java.nio.file.Path;
import java.util.Map;

/**
 * Migrates in a process of its own, which dies at a certain point; or does not, if that point never
 * comes. Says {@code ready} before; then {@code found} and what the databases hold once the guard
 * has them; at last how it ended.
 *
 * <p>Arguments: the trial, its folder, its rows, whether the migration fails, the fatal point.
 */
final class MigratingProcess {
  private MigratingProcess() {}

  static ChildJvm start(TrialWorld world, boolean failing, String fatal) {
    return ChildJvm.start(
        world.scratch(),
        MigratingProcess.class,
        world.trial(),
        world.folder(),
        world.rows(),
        failing,
        fatal);
  }

  /** Returns what a process says that found certain states. */
  static String found(Map<String, String> states) {
    return "found " + Integer.toHexString(states.hashCode());
  }

  @SuppressWarnings("SystemOut") // its output is what the parent waits for
  public static void main(String[] arguments) {
    TrialWorld world =
        new TrialWorld(
            Trial.valueOf(arguments[0]), Path.of(arguments[1]), Integer.parseInt(arguments[2]));
    boolean failing = Boolean.parseBoolean(arguments[3]);
    CrashPoints points = new CrashPoints(arguments[4]);
    System.out.println("ready");
    System.out.println("ended: " + migrate(world, failing, points));
  }

  private static String migrate(TrialWorld world, boolean failing, CrashPoints points) {
    try {
      return world.migrate(points, failing, () -> sayWhatWasFound(world)).outcome().key();
    } catch (RefusedException refused) {
      return "refused: " + refused.getMessage();
    } catch (IllegalStateException failure) {
      return MigrationReport.of(failure).orElseThrow(() -> failure).outcome().key();
    }
  }

  @SuppressWarnings("SystemOut")
  private static void sayWhatWasFound(TrialWorld world) {
    try {
      System.out.println(found(world.states()));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
