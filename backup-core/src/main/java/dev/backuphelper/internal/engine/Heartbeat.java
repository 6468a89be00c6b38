package dev.backuphelper.internal.engine;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once a second, in the times of the plan's files, that an operation still goes on. */
final class Heartbeat implements AutoCloseable {
  /** The time between two beats, in milliseconds. */
  static final long INTERVAL_MILLIS = 1000;

  // More than a machine under load misses.
  private static final long SILENT_MILLIS = 10 * INTERVAL_MILLIS;

  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private final List<PlanFile> plans;
  private volatile BooleanSupplier goesOn = () -> true;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "backuphelper-heartbeat");
            thread.setDaemon(true);
            return thread;
          });

  private Heartbeat(List<PlanFile> plans) {
    this.plans = plans;
  }

  static Heartbeat of(List<PlanFile> plans) {
    Heartbeat heartbeat = new Heartbeat(List.copyOf(plans));
    var unused =
        heartbeat.executor.scheduleAtFixedRate(
            heartbeat::beat, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    return heartbeat;
  }

  /** Beats only as long as this holds; once it does not, never again. */
  void beatWhile(BooleanSupplier condition) {
    goesOn = condition;
  }

  /** Tells whether nothing has beaten in a plan for long: the work on it is not going on. */
  static boolean isSilent(PlanFile plan) {
    try {
      // A beat that lies ahead is from before the clock was set back.
      return plan.sinceLastBeat().abs().toMillis() > SILENT_MILLIS;
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  private void beat() {
    if (!goesOn.getAsBoolean()) {
      LOG.error("{} is over, but nobody told its end", plans.get(0).plan().title());
      executor.shutdown();
      return;
    }
    for (PlanFile plan : plans) {
      try {
        plan.beat();
      } catch (IOException missed) {
        // A missed beat makes a later recovery more careful, no less safe.
        LOG.debug("missed a heartbeat at {}: {}", plan.target(), missed.getMessage());
      }
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
