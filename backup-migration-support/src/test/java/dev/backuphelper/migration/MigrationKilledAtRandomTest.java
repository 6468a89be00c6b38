package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.migration.fixture.CrashPoints;
import dev.backuphelper.testing.ChildJvm;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.InParallel;
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

/**
 * A migrating child process is killed at a random moment, as {@code kill -9} does, in the midst of
 * its SQL too; the process that takes up its work is often killed again. How long it would work is
 * measured first, so that the moment is most often within.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class MigrationKilledAtRandomTest {
  /** Some megabytes. */
  private static final int ROWS = 40_000;

  // So often the next one is killed as well.
  private static final double AGAIN = 0.4;

  // A kill that comes too late hits nothing.
  private static final int MAX_ROUNDS = 5;

  private final Random random = new Random(Effort.SEED);
  private final AtomicInteger hits = new AtomicInteger();
  private final AtomicInteger kills = new AtomicInteger();
  private final AtomicInteger foundMigrated = new AtomicInteger();

  /** A trial, and the moments at which its processes are killed: parts of the time they take. */
  private record Attempt(Trial trial, List<Double> moments) {}

  @Test
  void killedAtAnyMoment_theNextRunFindsAllOfTheOldOrAllOfTheNew() throws Exception {
    int wanted = Effort.of(5, 300);
    List<Trial> order = new ArrayList<>(Trial.restoring());
    Collections.shuffle(order, random);
    Map<Trial, Duration> durations = durations(attempts(order, wanted));
    int worlds = 0;

    for (int round = 0; round < MAX_ROUNDS && hits.get() < wanted; round++) {
      List<Attempt> attempts = attempts(order, wanted - hits.get());
      InParallel.forEach(attempts, attempt -> kill(attempt, durations.get(attempt.trial())));
      worlds += attempts.size();
    }

    Effort.report(
        "%d of %d random kills hit a migration in %d worlds, %d of which were migrated; %d asked"
            .formatted(
                hits.get(), kills.get(), worlds, foundMigrated.get(), TrialAftermath.ASKED.get()));
    assertThat(hits.get()).as("kills before the end").isGreaterThanOrEqualTo(wanted);
    TrialAftermath.requireFewAsked();
  }

  private List<Attempt> attempts(List<Trial> order, int wanted) {
    List<Attempt> attempts = new ArrayList<>();
    for (int number = 0; number < wanted; number++) {
      List<Double> moments = new ArrayList<>();
      do {
        moments.add(random.nextDouble());
      } while (random.nextDouble() < AGAIN);
      attempts.add(new Attempt(order.get(number % order.size()), moments));
    }
    return attempts;
  }

  private static Map<Trial, Duration> durations(List<Attempt> attempts) throws Exception {
    Map<Trial, Duration> durations = new EnumMap<>(Trial.class);
    for (Trial trial : attempts.stream().map(Attempt::trial).distinct().toList()) {
      TrialWorld world = TrialWorld.create(trial, ROWS);
      try (ChildJvm child = MigratingProcess.start(world, trial.isFailing(), CrashPoints.NONE)) {
        child.await("ready");
        long begun = System.nanoTime();
        assertThat(child.readAll()).hasSize(2);
        durations.put(trial, Duration.ofNanos(System.nanoTime() - begun));
      }
      world.delete();
    }
    return durations;
  }

  private void kill(Attempt attempt, Duration duration) throws Exception {
    TrialWorld world = TrialWorld.create(attempt.trial(), ROWS);
    TrialAftermath aftermath = new TrialAftermath(world);
    boolean failing = attempt.trial().isFailing();
    for (double moment : attempt.moments()) {
      Duration delay = Duration.ofNanos((long) (duration.toNanos() * moment));
      try (ChildJvm child = MigratingProcess.start(world, failing, CrashPoints.NONE)) {
        child.await("ready");
        boolean killed = child.killAfter(delay);
        kills.incrementAndGet();
        if (killed && child.readAll().stream().noneMatch(line -> line.startsWith("ended"))) {
          hits.incrementAndGet();
        }
      }
      aftermath.requireNothingLost();
    }
    if (aftermath.complete()) {
      foundMigrated.incrementAndGet();
    }
    world.delete();
  }
}
