package dev.backuphelper.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Tries many cases, a few at a time, and tells of every one that failed. */
public final class InParallel {
  private static final int AT_ONCE = Math.max(2, Runtime.getRuntime().availableProcessors());
  private static final int SHOWN = 5;

  private InParallel() {}

  /** What is tried with each case. */
  @FunctionalInterface
  public interface Trial<T> {
    /** Tries one. */
    void run(T candidate) throws Exception;
  }

  /** Tries every case; fails when one of them fails, with the first few causes. */
  public static <T> void forEach(List<T> cases, Trial<T> trial) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (T candidate : cases) {
        running.add(
            threads.submit(
                () -> {
                  trial.run(candidate);
                  return null;
                }));
      }
      requireAllGood(cases, running);
    } finally {
      threads.shutdownNow();
    }
  }

  private static <T> void requireAllGood(List<T> cases, List<Future<?>> running)
      throws InterruptedException {
    List<T> failed = new ArrayList<>();
    List<Throwable> causes = new ArrayList<>();
    for (int index = 0; index < cases.size(); index++) {
      try {
        running.get(index).get();
      } catch (ExecutionException e) {
        failed.add(cases.get(index));
        causes.add(e.getCause());
      }
    }
    if (!failed.isEmpty()) {
      AssertionError all =
          new AssertionError("%d of %d failed: %s".formatted(failed.size(), cases.size(), failed));
      causes.stream().limit(SHOWN).forEach(all::addSuppressed);
      throw all;
    }
  }
}
