package dev.backuphelper.migration.liquibase;

import dev.backuphelper.migration.PendingProbe;
import java.sql.SQLException;
import java.util.List;
import liquibase.ChecksumVersion;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.RuntimeEnvironment;
import liquibase.Scope;
import liquibase.changelog.ChangeLogHistoryServiceFactory;
import liquibase.changelog.ChangeLogIterator;
import liquibase.changelog.ChangeSet;
import liquibase.changelog.DatabaseChangeLog;
import liquibase.changelog.RanChangeSet;
import liquibase.changelog.filter.ContextChangeSetFilter;
import liquibase.changelog.filter.DbmsChangeSetFilter;
import liquibase.changelog.filter.IgnoreChangeSetFilter;
import liquibase.changelog.filter.LabelChangeSetFilter;
import liquibase.changelog.filter.ShouldRunChangeSetFilter;
import liquibase.changelog.visitor.ListVisitor;
import liquibase.database.Database;
import liquibase.exception.LiquibaseException;
import liquibase.lockservice.LockService;
import liquibase.lockservice.LockServiceFactory;

/**
 * Asks whether an update would write anything, without Liquibase's own preparations, which write:
 * they make its tables, and renew checksums while they look at them.
 *
 * <p>If another process that is not guarded holds Liquibase's lock, waits for it, as an update
 * does: a backup of a database in the middle of a migration is worth nothing.
 */
final class UpdatePending implements PendingProbe {
  private final TargetDatabase target;
  private final ChangeLog changeLog;
  private final Contexts contexts;
  private final LabelExpression labels;
  private boolean lockedByUs;

  UpdatePending(
      TargetDatabase target, ChangeLog changeLog, Contexts contexts, LabelExpression labels) {
    this.target = target;
    this.changeLog = changeLog;
    this.contexts = contexts;
    this.labels = labels;
  }

  /** Where the change log comes from: it is read when it is asked for. */
  @FunctionalInterface
  interface ChangeLog {
    DatabaseChangeLog read() throws Exception;
  }

  /** Tells whether the backup holds Liquibase's lock as taken, because its owner updates. */
  boolean isLockedByUs() {
    return lockedByUs;
  }

  @Override
  public boolean isPending() throws Exception {
    try {
      forgetHistory();
      boolean pending = !target.hasOwnTables() || hasWork();
      if (pending) {
        waitForOthers();
      }
      return pending;
    } finally {
      forgetHistory();
      target.rollback();
    }
  }

  private boolean hasWork() throws Exception {
    DatabaseChangeLog read = changeLog.read();
    return hasOldChecksums(read) || !unrun(read).isEmpty();
  }

  private boolean hasOldChecksums(DatabaseChangeLog read) throws LiquibaseException {
    for (RanChangeSet ran : target.database().getRanChangeSetList()) {
      if (isOld(ran) && !read.getChangeSets(ran).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOld(RanChangeSet ran) {
    return ran.getLastCheckSum() == null
        || ran.getLastCheckSum().getVersion() < ChecksumVersion.latest().getVersion();
  }

  private List<ChangeSet> unrun(DatabaseChangeLog read) throws LiquibaseException {
    Database database = target.database();
    ListVisitor visitor = new ListVisitor();
    new ChangeLogIterator(
            read,
            new ShouldRunChangeSetFilter(database),
            new ContextChangeSetFilter(contexts),
            new LabelChangeSetFilter(labels),
            new DbmsChangeSetFilter(database),
            new IgnoreChangeSetFilter())
        .run(visitor, new RuntimeEnvironment(database, contexts, labels));
    return visitor.getSeenChangeSets();
  }

  private void waitForOthers() throws SQLException, LiquibaseException {
    if (!target.isLocked()) {
      return;
    }
    LockService locks = LockServiceFactory.getInstance().getLockService(target.database());
    lockedByUs = locks.hasChangeLogLock();
    if (!lockedByUs) {
      target.rollback();
      locks.waitForLock();
      locks.releaseLock();
    }
  }

  private void forgetHistory() {
    Scope.getCurrentScope()
        .getSingleton(ChangeLogHistoryServiceFactory.class)
        .getChangeLogService(target.database())
        .reset();
  }
}
