package dev.backuphelper.internal.io;

/**
 * An interrupt of the calling thread that is kept for later, because it would close the files that
 * are worked on: what undoes a work that was interrupted must not be broken off by the same
 * interrupt. Used by one thread.
 */
public final class HeldInterrupt implements AutoCloseable {
  private final boolean interrupted = Thread.interrupted();

  private HeldInterrupt() {}

  /** Takes the interrupt of this thread, if there is one. */
  public static HeldInterrupt take() {
    return new HeldInterrupt();
  }

  /** Gives it back. */
  @Override
  public void close() {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
