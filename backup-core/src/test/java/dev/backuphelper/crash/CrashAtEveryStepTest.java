package dev.backuphelper.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.crash.Aftermath.Ending;
import dev.backuphelper.testing.ChildJvm;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.InParallel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A child process dies at each point that an operation passes; then everything is looked at. Which
 * points there are is found out by a run without a crash.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class CrashAtEveryStepTest {
  // What an ordinary run tries of each scenario.
  private static final int POINTS = 3;

  private final Random random = new Random(Effort.SEED);

  @TempDir private Path folder;

  /** A point of a scenario, counted from 1. */
  private record Point(Scenario scenario, int number, String name, boolean afterFirstWrite) {
    Ending ending() {
      Ending written = scenario == Scenario.RESTORE_IN_VAIN ? Ending.EITHER : Ending.NEW;
      return afterFirstWrite ? written : Ending.OLD;
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "CREATE_ONE",
        "CREATE_TWO",
        "CREATE_COMPRESSED",
        "CREATE_ENCRYPTED",
        "CREATE_AUTOMATIC",
        "CREATE_INCREMENTAL",
        "IMPORT"
      })
  void creation_killedAnywhere_leavesEveryListedBackupGood(Scenario scenario) throws Exception {
    killAtEachPoint(scenario, (point, aftermath) -> aftermath.requireSoundStore(false));
  }

  @ParameterizedTest
  @EnumSource(names = {"CLEAN", "CLEAN_CHAIN", "DELETE", "REKEY"})
  void removal_killedAnywhere_leavesEveryListedBackupGood(Scenario scenario) throws Exception {
    killAtEachPoint(
        scenario,
        (point, aftermath) -> {
          aftermath.requireSoundStore(true);
          aftermath.requireRemovalCanGoOn();
        });
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.MATCH_ALL, names = "RESTORE_.*")
  void restore_killedAnywhere_isUndoneBeforeItsFirstWriteAndFinishedAfter(Scenario scenario)
      throws Exception {
    killAtEachPoint(scenario, (point, aftermath) -> aftermath.requireRecovered(point.ending()));
  }

  @ParameterizedTest
  @MethodSource("dev.backuphelper.crash.Scenario#restores")
  void recover_killedAnywhere_canBeRunAgain(Scenario restore) throws Exception {
    List<Point> points = points(restore);
    List<Point> interesting = points.stream().filter(CrashAtEveryStepTest::isTurningPoint).toList();
    for (Point first : Effort.choose(interesting, 1, random)) {
      List<Integer> second = IntStream.rangeClosed(1, recoveryPoints(first)).boxed().toList();
      List<Integer> chosen = Effort.choose(second, 1, random);
      InParallel.forEach(chosen, number -> killTwice(first, number));
      Effort.report(
          "recovery of %s killed at %d of %d points"
              .formatted(first, chosen.size(), second.size()));
    }
  }

  @Test
  void points_areMany() throws Exception {
    assertThat(points(Scenario.CREATE_ONE)).hasSizeGreaterThan(12);
    assertThat(points(Scenario.RESTORE_TWO)).hasSizeGreaterThan(40);
  }

  // After these the state of a target has just changed, or is just about to.
  private static boolean isTurningPoint(Point point) {
    return point
        .name()
        .matches(
            "restore: (plan-written|phase-writing|target-written|phase-done|plan-removed"
                + "|target-rolled-back) .*");
  }

  private interface Check {
    void check(Point point, Aftermath aftermath);
  }

  private void killAtEachPoint(Scenario scenario, Check check) throws Exception {
    List<Point> all = points(scenario);
    List<Point> chosen = Effort.choose(all, POINTS, random);
    InParallel.forEach(
        chosen,
        point -> {
          World world = newWorld(scenario);
          Aftermath aftermath = new Aftermath(scenario, world);
          kill(scenario, scenario, world, point.number());
          check.check(point, aftermath);
          LiveDatabase.deleteTree(world.folder());
        });
    Effort.report("%s killed at %d of %d points".formatted(scenario, chosen.size(), all.size()));
  }

  private void killTwice(Point first, int second) throws Exception {
    World world = newWorld(first.scenario());
    Aftermath aftermath = new Aftermath(first.scenario(), world);
    kill(first.scenario(), first.scenario(), world, first.number());
    kill(Scenario.RECOVER, first.scenario(), world, second);
    aftermath.requireRecovered(first.ending());
    LiveDatabase.deleteTree(world.folder());
  }

  private static void kill(Scenario scenario, Scenario of, World world, int point)
      throws Exception {
    try (Connection disturbance = scenario.disturb(world);
        ChildJvm child = CrashingProcess.start(scenario, of, world, String.valueOf(point))) {
      assertThat(child.readAll()).containsExactly("ready");
      assertThat(child.awaitExit()).isEqualTo(ChildJvm.KILLED);
    }
  }

  private List<Point> points(Scenario scenario) throws Exception {
    World world = newWorld(scenario);
    CrashPoints points = new CrashPoints(CrashPoints.NONE);
    try (Connection disturbance = scenario.disturb(world)) {
      scenario.run(world.backups(scenario.databases(), points), world);
    }
    return points(scenario, points.reached());
  }

  private static List<Point> points(Scenario scenario, List<String> names) {
    List<Point> points = new ArrayList<>();
    boolean written = false;
    for (String name : names) {
      written |= name.startsWith("restore: phase-writing");
      points.add(new Point(scenario, points.size() + 1, name, written));
    }
    return points;
  }

  private int recoveryPoints(Point first) throws Exception {
    World world = newWorld(first.scenario());
    kill(first.scenario(), first.scenario(), world, first.number());
    CrashPoints points = new CrashPoints(CrashPoints.NONE);
    world.backups(first.scenario().databases(), points).recover();
    return points.reached().size();
  }

  private World newWorld(Scenario scenario) throws IOException {
    World world = World.in(Files.createTempDirectory(folder, "world-"), World.SMALL);
    scenario.prepare(world);
    return world;
  }
}
