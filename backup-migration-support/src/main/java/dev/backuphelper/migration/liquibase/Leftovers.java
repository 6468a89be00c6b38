package dev.backuphelper.migration.liquibase;

import java.sql.SQLException;
import liquibase.Scope;
import liquibase.changelog.ChangeLogHistoryServiceFactory;
import liquibase.changelog.FastCheckService;
import liquibase.exception.LiquibaseException;

/** What is wrong with Liquibase's view of a database after the database was restored. */
final class Leftovers {
  private Leftovers() {}

  /**
   * Drops what Liquibase remembers, and frees its lock if the backup holds it as taken.
   *
   * @param lockedByUs whether the lock was held by the caller when the backup was made
   */
  static void clear(TargetDatabase target, boolean lockedByUs)
      throws SQLException, LiquibaseException {
    forgetUpToDate();
    Scope.getCurrentScope()
        .getSingleton(ChangeLogHistoryServiceFactory.class)
        .getChangeLogService(target.database())
        .reset();
    if (lockedByUs && target.isOpen() && target.isLocked()) {
      target.unlock();
    }
    target.rollback();
  }

  /**
   * Drops Liquibase's memory of databases that need no update. It lasts as long as the JVM, and is
   * not asked again whether it is still true.
   */
  static void forgetUpToDate() {
    Scope.getCurrentScope().getSingleton(FastCheckService.class).clearCache();
  }
}
