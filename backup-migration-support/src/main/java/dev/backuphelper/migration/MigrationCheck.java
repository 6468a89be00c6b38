package dev.backuphelper.migration;

/** An application's own check of its databases after a migration. */
@FunctionalInterface
public interface MigrationCheck {
  /**
   * Checks.
   *
   * @throws Exception if something is wrong: the migration counts as failed, and is undone
   */
  void check() throws Exception;
}
