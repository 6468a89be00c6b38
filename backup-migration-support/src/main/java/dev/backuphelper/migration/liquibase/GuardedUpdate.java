package dev.backuphelper.migration.liquibase;

import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.MigrationSession;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.changelog.DatabaseChangeLog;
import liquibase.exception.LiquibaseException;

/** One update that is called through the guard. */
final class GuardedUpdate {
  private final Liquibase liquibase;
  private final MigrationGuard guard;
  private final Contexts contexts;
  private final LabelExpression labels;
  private final TargetDatabase target;
  private final UpdatePending pending;
  private final LogOfUpdate log = new LogOfUpdate();
  private List<Path> databases = List.of();

  GuardedUpdate(
      Liquibase liquibase, MigrationGuard guard, Contexts contexts, LabelExpression labels) {
    this.liquibase = liquibase;
    this.guard = guard;
    this.contexts = contexts;
    this.labels = labels;
    target = new TargetDatabase(liquibase.getDatabase());
    pending = new UpdatePending(target, this::changeLog, contexts, labels);
  }

  MigrationReport run(String label) throws LiquibaseException {
    target.rollback();
    log.isOpenIn(target);
    try (MigrationSession session =
        guard.withRelease(log).withPending(this::isPending).open(label)) {
      ActiveUpdates.Active active = new ActiveUpdates.Active(databases, null, () -> {});
      ActiveUpdates.begin(active);
      try {
        return session.isPending() ? update(session) : unneeded(session);
      } finally {
        ActiveUpdates.end(active);
      }
    }
  }

  private boolean isPending() throws Exception {
    databases = guard.backups().databases();
    target.mainDatabase().requireOneOf(databases, "Liquibase");
    log.before(target);
    return pending.isPending();
  }

  /** There is nothing to run, but Liquibase also validates, and says so. */
  private MigrationReport unneeded(MigrationSession session) throws LiquibaseException {
    try {
      liquibase.update(contexts, labels);
    } catch (Throwable failure) {
      session.fail(failure);
      throw failure;
    }
    return session.succeed();
  }

  private MigrationReport update(MigrationSession session) throws LiquibaseException {
    Leftovers.forgetUpToDate();
    try {
      liquibase.update(contexts, labels);
      target.rollback();
    } catch (Throwable failure) {
      restore(session, failure);
      throw failure;
    }
    return succeed(session);
  }

  private void restore(MigrationSession session, Throwable failure) {
    try {
      target.rollback();
    } catch (LiquibaseException | RuntimeException e) {
      failure.addSuppressed(e);
    }
    session.fail(failure);
    clearLeftovers(failure);
  }

  private MigrationReport succeed(MigrationSession session) {
    try {
      return session.succeed();
    } catch (RuntimeException restored) {
      clearLeftovers(restored);
      throw restored;
    }
  }

  private void clearLeftovers(Throwable failure) {
    try {
      Leftovers.clear(target, pending.isLockedByUs());
    } catch (SQLException | LiquibaseException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private DatabaseChangeLog changeLog() throws Exception {
    liquibase.getChangeLogParameters().setContexts(contexts);
    liquibase.getChangeLogParameters().setLabels(labels);
    Map<String, Object> values = new HashMap<>();
    values.put(Scope.Attr.database.name(), liquibase.getDatabase());
    values.put(Scope.Attr.resourceAccessor.name(), liquibase.getResourceAccessor());
    Scope.ScopedRunnerWithReturn<DatabaseChangeLog> reader = liquibase::getDatabaseChangeLog;
    return Scope.child(values, reader);
  }
}
