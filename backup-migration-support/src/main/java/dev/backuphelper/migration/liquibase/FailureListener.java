package dev.backuphelper.migration.liquibase;

import java.util.Optional;
import liquibase.changelog.ChangeSet;
import liquibase.changelog.DatabaseChangeLog;
import liquibase.changelog.visitor.AbstractChangeExecListener;
import liquibase.database.Database;
import org.jspecify.annotations.Nullable;

/** Remembers why a change set failed: Liquibase's clean-up is not told. Used by one thread. */
final class FailureListener extends AbstractChangeExecListener {
  private @Nullable Exception failure;

  @Override
  public void runFailed(
      ChangeSet changeSet,
      DatabaseChangeLog databaseChangeLog,
      Database database,
      Exception exception) {
    failure = exception;
  }

  /** Returns what the last change set that failed threw, which the whole command ends with. */
  Optional<Exception> failure() {
    return Optional.ofNullable(failure);
  }
}
