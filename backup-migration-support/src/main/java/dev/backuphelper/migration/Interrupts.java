package dev.backuphelper.migration;

import dev.backuphelper.error.BackupException;
import java.util.function.Supplier;

/**
 * Keeps an interrupted thread from breaking off what must not be broken off: an interrupt closes
 * the files that a thread works on. Stateless.
 */
final class Interrupts {
  // Somebody who interrupts a thread does so once, perhaps twice; this is no endless loop.
  private static final int ATTEMPTS = 5;

  private Interrupts() {}

  /** Does some work as if the thread were not interrupted; it is interrupted again afterwards. */
  static <T> T holdOff(Supplier<T> work) {
    boolean interrupted = Thread.interrupted();
    try {
      return work.get();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Does some work that can be done again, as often as an interrupt breaks it off; the thread is
   * interrupted again afterwards.
   */
  static <T> T insist(Supplier<T> work) {
    boolean interrupted = false;
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          return work.get();
        } catch (BackupException brokenOff) {
          boolean byInterrupt = Thread.interrupted();
          interrupted |= byInterrupt;
          if (!byInterrupt || attempt == ATTEMPTS) {
            throw brokenOff;
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
