package dev.backuphelper.migration.liquibase;

import dev.backuphelper.migration.liquibase.ProtectedDatabases.Protection;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import liquibase.command.AbstractCommandStep;
import liquibase.command.CleanUpCommandStep;
import liquibase.command.CommandResultsBuilder;
import liquibase.command.CommandScope;
import liquibase.command.core.helpers.DbUrlConnectionArgumentsCommandStep;
import liquibase.database.Database;
import liquibase.report.UpdateReportParameters;

/**
 * Makes the safety backup, and ends what it began when the command is over. Liquibase calls it, for
 * {@link GuardCommandStep} requires it; it does nothing for databases that are not registered by
 * {@link LiquibaseGuard#protect}.
 *
 * <p>It requires the arguments of the connection alone. So it runs before the steps that read the
 * change log and take Liquibase's lock, because these write: they make Liquibase's own tables.
 *
 * <p>Thread-safe: Liquibase may share one instance among its threads, so it has no state.
 */
public final class GuardBeginStep extends AbstractCommandStep implements CleanUpCommandStep {
  /** Creates the step; Liquibase does it. */
  public GuardBeginStep() {}

  @Override
  public String[][] defineCommandNames() {
    return new String[][] {{"backupHelperGuardBegin"}};
  }

  @Override
  public List<Class<?>> requiredDependencies() {
    return List.of(DbUrlConnectionArgumentsCommandStep.class);
  }

  @Override
  public List<Class<?>> providedDependencies() {
    return List.of(StepUpdate.class);
  }

  @Override
  public boolean isInternal() {
    return true;
  }

  /**
   * Makes a safety backup if the command would write anything.
   *
   * @throws dev.backuphelper.error.BackupException if it cannot be made; the command ends then,
   *     before it changed anything
   */
  @Override
  public void run(CommandResultsBuilder results) throws Exception {
    if (ProtectedDatabases.isEmpty()) {
      return;
    }
    CommandScope command = results.getCommandScope();
    CommandArguments arguments = new CommandArguments(command);
    Optional<Path> database = arguments.databaseFile();
    Optional<Protection> protection = database.flatMap(ProtectedDatabases::of);
    if (protection.isEmpty()) {
      return;
    }
    ActiveUpdates.abandonEnded();
    if (!ActiveUpdates.cover(protection.get().databases())) {
      StepUpdate.begin(arguments, protection.get())
          .ifPresent(update -> command.provideDependency(StepUpdate.class, update));
    }
  }

  /** Keeps what the command did, or undoes it. */
  @Override
  public void cleanUp(CommandResultsBuilder results) {
    CommandScope command = results.getCommandScope();
    if (!(command.getDependency(StepUpdate.class) instanceof StepUpdate update)) {
      return;
    }
    command.provideDependency(StepUpdate.class, null);
    Optional<Database> database =
        Optional.ofNullable((Database) command.getDependency(Database.class));
    if (isSuccess(results)) {
      update.succeed(database);
    } else {
      update.fail(database);
    }
  }

  /** A command that finds its database up to date after all tells no status. */
  private static boolean isSuccess(CommandResultsBuilder results) {
    Object status = results.getResult("statusCode");
    return status == null
        ? results.getResult("updateReport") instanceof UpdateReportParameters report
            && report.getOperationInfo().getRowsAffected() != null
        : status.equals(0);
  }
}
