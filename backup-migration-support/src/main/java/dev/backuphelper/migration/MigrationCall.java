package dev.backuphelper.migration;

import org.jspecify.annotations.Nullable;

/**
 * A migration with a result.
 *
 * @param <T> the result
 * @param <E> what it may throw beside unchecked exceptions
 */
@FunctionalInterface
public interface MigrationCall<T extends @Nullable Object, E extends Exception> {
  /**
   * Migrates.
   *
   * @throws E if it failed; whatever it throws, the former content is put back
   */
  T call() throws E;
}
