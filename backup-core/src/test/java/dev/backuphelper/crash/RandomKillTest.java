package dev.backuphelper.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.crash.Aftermath.Ending;
import dev.backuphelper.testing.ChildJvm;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.InParallel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A child process that works on a database of some megabytes is killed at a random moment, as
 * {@code kill -9} does. How long it would work is measured first, so that the moment is most often
 * within.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class RandomKillTest {
  /** About 20 MB. */
  private static final int ROWS = 85_000;

  private static final List<Scenario> SCENARIOS =
      List.of(
          Scenario.CREATE_ONE,
          Scenario.CREATE_TWO,
          Scenario.CREATE_COMPRESSED,
          Scenario.CREATE_INCREMENTAL,
          Scenario.RESTORE_MISSING,
          Scenario.RESTORE_WAL,
          Scenario.RESTORE_ROLLBACK,
          Scenario.RESTORE_GARBAGE,
          Scenario.RESTORE_TWO,
          Scenario.RESTORE_COMPRESSED,
          Scenario.RESTORE_CHAIN,
          Scenario.CLEAN,
          Scenario.RECOVER);

  @TempDir private Path folder;

  private final AtomicInteger hits = new AtomicInteger();
  private final AtomicInteger misses = new AtomicInteger();

  /** A child to start, and when to kill it: a part of the time that it would take. */
  private record Kill(Scenario scenario, double moment) {}

  @Test
  void kill_atAnyMoment_harmsNoListedBackupAndHalvesNoTarget() throws Exception {
    int wanted = Effort.of(6, 300);
    Random random = new Random(Effort.SEED);
    List<Scenario> order = new ArrayList<>(SCENARIOS);
    Collections.shuffle(order, random);
    Map<Scenario, Duration> durations = durations(kills(wanted, order, random));

    // Some children are done before they are killed.
    while (hits.get() < wanted && misses.get() <= wanted) {
      InParallel.forEach(
          kills(wanted - hits.get(), order, random),
          kill -> kill(kill, durations.get(kill.scenario())));
    }

    Effort.report("%d kills hit, %d missed: %s".formatted(hits.get(), misses.get(), durations));
    assertThat(hits.get()).as("kills before the end").isEqualTo(wanted);
  }

  private static List<Kill> kills(int wanted, List<Scenario> order, Random random) {
    List<Kill> kills = new ArrayList<>();
    for (int number = 0; number < wanted; number++) {
      kills.add(new Kill(order.get(number % order.size()), random.nextDouble()));
    }
    return kills;
  }

  private Map<Scenario, Duration> durations(List<Kill> kills) throws Exception {
    Map<Scenario, Duration> durations = new EnumMap<>(Scenario.class);
    for (Scenario scenario : kills.stream().map(Kill::scenario).distinct().toList()) {
      World world = newWorld(scenario);
      try (ChildJvm child =
          CrashingProcess.start(scenario, concerned(scenario), world, CrashPoints.NONE)) {
        child.await("ready");
        long begun = System.nanoTime();
        child.await("done");
        durations.put(scenario, Duration.ofNanos(System.nanoTime() - begun));
      }
      LiveDatabase.deleteTree(world.folder());
    }
    return durations;
  }

  private void kill(Kill kill, Duration duration) throws Exception {
    Scenario concerned = concerned(kill.scenario());
    World world = newWorld(kill.scenario());
    Aftermath aftermath = new Aftermath(concerned, world);
    Duration delay = Duration.ofNanos((long) (duration.toNanos() * kill.moment()));
    try (ChildJvm child =
        CrashingProcess.start(kill.scenario(), concerned, world, CrashPoints.NONE)) {
      child.await("ready");
      boolean killed = child.killAfter(delay) && child.readAll().isEmpty();
      (killed ? hits : misses).incrementAndGet();
    }
    if (concerned.name().startsWith("RESTORE_")) {
      aftermath.requireRecovered(Ending.EITHER);
    } else {
      aftermath.requireSoundStore(kill.scenario() == Scenario.CLEAN);
    }
    LiveDatabase.deleteTree(world.folder());
  }

  private static Scenario concerned(Scenario scenario) {
    return scenario == Scenario.RECOVER ? Scenario.RESTORE_TWO : scenario;
  }

  /** What is recovered is a restore that died between its two targets. */
  private World newWorld(Scenario scenario) throws IOException, InterruptedException {
    World world = World.in(Files.createTempDirectory(folder, "world-"), ROWS);
    Scenario concerned = concerned(scenario);
    concerned.prepare(world);
    if (scenario == Scenario.RECOVER) {
      String fatal = "restore: phase-done a.db";
      try (ChildJvm child = CrashingProcess.start(concerned, concerned, world, fatal)) {
        assertThat(child.awaitExit()).isEqualTo(ChildJvm.KILLED);
      }
    }
    return world;
  }
}
