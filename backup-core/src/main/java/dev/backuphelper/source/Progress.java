package dev.backuphelper.source;

/** Hears how far a long work is. Called from the thread that works; must not throw. */
@FunctionalInterface
public interface Progress {
  /** Hears nothing. */
  Progress NONE = (done, total) -> {};

  /**
   * Tells how far the work is.
   *
   * @param done bytes done
   * @param total bytes in all, as far as known
   */
  void at(long done, long total);
}
