package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.migration.fixture.CrashPoints;
import dev.backuphelper.testing.ChildJvm;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.InParallel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A migrating child process dies at each step of the guard, its safety backup, the migration, and
 * the restore that undoes it; another one recovers and goes on. Which steps there are is found out
 * by a run without a crash.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class MigrationKilledAtEveryStepTest {
  // What an ordinary run tries of each trial.
  private static final int POINTS = 1;

  private static final AtomicInteger RUNS = new AtomicInteger();

  private final Random random = new Random(Effort.SEED);

  @AfterAll
  static void report() {
    Effort.report(
        "guarded migrations killed %d times; %d recoveries asked"
            .formatted(RUNS.get(), TrialAftermath.ASKED.get()));
    TrialAftermath.requireFewAsked();
  }

  /** A point of a trial, counted from 1. */
  private record Point(Trial trial, int number, String name) {}

  @ParameterizedTest
  @MethodSource("dev.backuphelper.migration.Trial#restoring")
  void killedAnywhere_theNextRunFindsAllOfTheOldOrAllOfTheNew(Trial trial) throws Exception {
    List<Point> all = points(trial);
    List<Point> chosen = Effort.choose(all, POINTS, random);
    InParallel.forEach(chosen, MigrationKilledAtEveryStepTest::killOnce);
    Effort.report("%s killed at %d of %d points".formatted(trial, chosen.size(), all.size()));
  }

  private static void killOnce(Point point) throws Exception {
    kill(point, aftermath -> {});
  }

  private static void kill(Point point, Consumer<TrialAftermath> then) throws Exception {
    TrialWorld world = TrialWorld.create(point.trial(), TrialWorld.SMALL);
    TrialAftermath aftermath = new TrialAftermath(world);
    kill(world, point.trial().isFailing(), point.number());
    aftermath.requireNothingLost();
    then.accept(aftermath);
    aftermath.complete();
    world.delete();
  }

  /** Once it has begun, an undoing is brought to its end, whatever else the policy says. */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.INCLUDE,
      names = {"KEEPING_TWO", "KEEPING_TWO_ONE_MISSING", "STOPPING_TWO"})
  void undoingKilledAnywhere_leavesNoMixture(Trial trial) throws Exception {
    List<Point> all = points(trial);
    List<Point> undoing = all.stream().filter(point -> point.name().contains("restore: ")).toList();
    List<Point> chosen = Effort.choose(undoing, POINTS, random);
    InParallel.forEach(chosen, MigrationKilledAtEveryStepTest::killOnce);
    InParallel.forEach(chosen, point -> kill(point, TrialAftermath::recover));
    Effort.report(
        "undoing of %s killed at %d of %d points".formatted(trial, chosen.size(), undoing.size()));
  }

  /** First it dies within the migration, or within the restore that undoes it. */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.INCLUDE,
      names = {"ONE_WAL", "TWO", "TWO_ONE_MISSING", "FAILING_ONE_TURNED", "FAILING_TWO"})
  void recoveryKilledAnywhere_canBeRunAgain(Trial trial) throws Exception {
    List<Point> all = points(trial);
    List<Point> turning =
        all.stream().filter(MigrationKilledAtEveryStepTest::isTurningPoint).toList();
    assertThat(turning).hasSizeGreaterThanOrEqualTo(trial.isFailing() ? 4 : 2);
    Point first = turning.get(random.nextInt(turning.size()));
    List<Integer> second = IntStream.rangeClosed(1, recoveryPoints(first)).boxed().toList();
    List<Integer> chosen = Effort.choose(second, POINTS, random);
    InParallel.forEach(chosen, number -> killTwice(first, number));
    Effort.report(
        "recovery of %s killed at %d of %d points".formatted(first, chosen.size(), second.size()));
  }

  private static boolean isTurningPoint(Point point) {
    return point
        .name()
        .matches(
            "migration: step [38] of .*"
                + "|restore: (phase-writing|target-written|phase-done|plan-written) .*");
  }

  private static void killTwice(Point first, int second) throws Exception {
    TrialWorld world = TrialWorld.create(first.trial(), TrialWorld.SMALL);
    TrialAftermath aftermath = new TrialAftermath(world);
    kill(world, first.trial().isFailing(), first.number());
    aftermath.requireNothingLost();
    kill(world, false, second);
    aftermath.requireNothingLost();
    aftermath.complete();
    world.delete();
  }

  private static void kill(TrialWorld world, boolean failing, int point) throws Exception {
    try (ChildJvm child = MigratingProcess.start(world, failing, String.valueOf(point))) {
      List<String> said = child.readAll();
      assertThat(child.awaitExit()).as("said %s", said).isEqualTo(ChildJvm.KILLED);
      RUNS.incrementAndGet();
    }
  }

  private static List<Point> points(Trial trial) {
    TrialWorld world = TrialWorld.create(trial, TrialWorld.SMALL);
    CrashPoints points = new CrashPoints(CrashPoints.NONE);
    try {
      world.migrate(points, trial.isFailing(), () -> {});
      assertThat(trial.isFailing()).isFalse();
    } catch (IllegalStateException failure) {
      assertThat(trial.isFailing()).as(failure.toString()).isTrue();
    }
    world.delete();
    List<Point> found = new ArrayList<>();
    for (String name : points.reached()) {
      found.add(new Point(trial, found.size() + 1, name));
    }
    assertThat(found).hasSizeGreaterThan(19);
    return found;
  }

  /** Returns how many points there are until the next process has recovered and goes on. */
  private static int recoveryPoints(Point first) throws Exception {
    TrialWorld world = TrialWorld.create(first.trial(), TrialWorld.SMALL);
    kill(world, first.trial().isFailing(), first.number());
    CrashPoints points = new CrashPoints(CrashPoints.NONE);
    world.migrate(points, false, () -> {});
    world.delete();
    int locked = points.reached().indexOf("guard: locked version-2");
    assertThat(locked).as("steps of the recovery in %s", points.reached()).isGreaterThan(10);
    return locked;
  }
}
