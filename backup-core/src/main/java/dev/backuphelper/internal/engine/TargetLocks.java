package dev.backuphelper.internal.engine;

import dev.backuphelper.internal.io.DirectoryLock;
import dev.backuphelper.store.LockHeldException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The locks of databases that are written, taken in the order of their paths. */
final class TargetLocks implements AutoCloseable {
  private static final String SUFFIX = ".backup-lock";

  private final Deque<DirectoryLock> held = new ArrayDeque<>();

  private TargetLocks() {}

  /** Returns where the lock of a target lies, once somebody took it. */
  static Path beside(Path target) {
    return target.resolveSibling(target.getFileName() + SUFFIX);
  }

  /**
   * Takes the locks of all targets, or none.
   *
   * @param patience how long to wait for all of them together
   * @throws LockHeldException if somebody else still holds one when patience ends
   */
  static TargetLocks take(Collection<Path> targets, String operation, Duration patience)
      throws IOException {
    TargetLocks locks = new TargetLocks();
    // Saturated: who waits for ever may say so with any duration.
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience);
    try {
      for (Path target : targets.stream().sorted().toList()) {
        long left = Math.max(0, deadline - System.nanoTime());
        locks.take(target, operation, Duration.ofNanos(left));
      }
      return locks;
    } catch (IOException | RuntimeException failure) {
      locks.close();
      throw failure;
    }
  }

  private void take(Path target, String operation, Duration patience) throws IOException {
    Path file = beside(target);
    Optional<DirectoryLock> lock = DirectoryLock.acquire(file, true, operation, patience);
    held.push(
        lock.orElseThrow(
            () ->
                new LockHeldException(
                    "the database " + target + " is in use: " + DirectoryLock.holder(file))));
  }

  /** Releases them all, also if that fails with one. */
  @Override
  public void close() throws IOException {
    IOException first = null;
    while (!held.isEmpty()) {
      try {
        held.pop().close();
      } catch (IOException failure) {
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
