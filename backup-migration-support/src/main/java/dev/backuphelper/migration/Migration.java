package dev.backuphelper.migration;

/**
 * A migration without a result.
 *
 * @param <E> what it may throw beside unchecked exceptions
 */
@FunctionalInterface
public interface Migration<E extends Exception> {
  /**
   * Migrates.
   *
   * @throws E if it failed; whatever it throws, the former content is put back
   */
  void run() throws E;
}
