package dev.backuphelper.migration;

/** Tells whether there is anything to migrate. */
@FunctionalInterface
public interface PendingProbe {
  /** Answers that there always is. */
  PendingProbe ALWAYS = () -> true;

  /**
   * Tells whether the migration would change anything. Asked while the databases are locked, after
   * what a crash left was resolved.
   *
   * @throws Exception if it cannot be told; nothing is migrated then
   */
  boolean isPending() throws Exception;
}
