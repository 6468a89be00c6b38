package dev.backuphelper.migration;

import java.util.function.Supplier;

/**
 * Keeps an interrupted thread from breaking off what must not be broken off: an interrupt closes
 * the files that a thread works on. Stateless.
 */
final class Interrupts {
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
}
