package dev.backuphelper.migration.liquibase;

import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import java.util.Objects;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.exception.LiquibaseException;

/**
 * Runs Liquibase under a guard: if an update fails, the databases are again what they were.
 *
 * <pre>{@code
 * LiquibaseGuard.update(liquibase, MigrationGuard.of(backups));
 * }</pre>
 *
 * <p>Where other code calls Liquibase ({@code SpringLiquibase}, say), register the guard instead:
 * {@link #protect}.
 *
 * <p>A safety backup is made when Liquibase has something to do: change sets that were not run,
 * that changed or that run always, checksums to be renewed, or its own tables to be made. The
 * database must be an SQLite file, and one of the sources of the guard's {@code BackupHelper}. What
 * is asked for here replaces the guard's own {@code PendingProbe}.
 *
 * <p>Liquibase holds its connection all the while. A source of the guard's that was made of the
 * same pool needs one more connection, until it knows its file: make it of the path, or call {@link
 * #protect} before Liquibase takes its connection.
 *
 * <p>After a restore, what Liquibase remembers of the database is dropped, and its lock is free.
 *
 * <p>Thread-safe.
 */
public final class LiquibaseGuard {
  private LiquibaseGuard() {}

  /**
   * Updates under a guard, in all contexts and with all labels.
   *
   * @param liquibase what updates; it is not closed
   * @param guard what protects the database
   * @return what happened
   * @throws LiquibaseException if the update failed, after the restore; it is the one that
   *     Liquibase threw
   * @throws dev.backuphelper.error.RefusedException if Liquibase's database is none that the guard
   *     protects; nothing was changed
   * @throws dev.backuphelper.error.BackupException if no safety backup could be made, or a lock was
   *     not free; nothing was changed
   */
  public static MigrationReport update(Liquibase liquibase, MigrationGuard guard)
      throws LiquibaseException {
    return update(liquibase, guard, new Contexts(), new LabelExpression());
  }

  /**
   * Updates under a guard, as {@link #update(Liquibase, MigrationGuard)} does. The migration is
   * called {@code liquibase} and the name of the change log's file.
   *
   * @param contexts the contexts to run; empty for all
   * @param labels the labels to run; empty for all
   * @return what happened
   * @throws LiquibaseException if the update failed, after the restore
   */
  public static MigrationReport update(
      Liquibase liquibase, MigrationGuard guard, Contexts contexts, LabelExpression labels)
      throws LiquibaseException {
    return update(liquibase, guard, contexts, labels, UpdateLabel.of(liquibase.getChangeLogFile()));
  }

  /**
   * Updates under a guard, as {@link #update(Liquibase, MigrationGuard)} does.
   *
   * @param contexts the contexts to run; empty for all
   * @param labels the labels to run; empty for all
   * @param label the migration's name, which the safety backup records
   * @return what happened
   * @throws LiquibaseException if the update failed, after the restore
   */
  public static MigrationReport update(
      Liquibase liquibase,
      MigrationGuard guard,
      Contexts contexts,
      LabelExpression labels,
      String label)
      throws LiquibaseException {
    Objects.requireNonNull(label, "label");
    return new GuardedUpdate(liquibase, guard, contexts, labels).run(label);
  }

  /**
   * Guards every {@code update}, {@code update-count} and {@code update-to-tag} of this JVM on the
   * guard's databases, whoever calls it, until the registration is closed. Liquibase finds the step
   * that does it by itself ({@code META-INF/services/liquibase.command.CommandStep}).
   *
   * <p>What a process that died left open of these databases is resolved now, as its policy says:
   * an update comes with a connection, and that may change them before the step can look.
   *
   * <p>Liquibase tells its steps of exceptions, but not of an {@link Error}: after one the database
   * stays as it is, marked and locked by this process, until the next update in the same thread, or
   * in the next process, resolves it as after a crash. {@link #update} has no such gap. Where an
   * update failed outside of its change sets, the exception that ends it carries no {@link
   * MigrationReport}; the outcome is logged, and handed to {@link MigrationGuard#withReports}.
   *
   * @param guard what protects the databases
   * @return what ends the protection
   * @throws dev.backuphelper.error.InvalidRequestException if Liquibase is not on the class path,
   *     or does not find the step
   * @throws dev.backuphelper.error.RefusedException if one of the databases is protected already
   */
  public static Registration protect(MigrationGuard guard) {
    LiquibasePresence.require();
    StepPresence.require();
    Registration registration = ProtectedDatabases.register(guard);
    try {
      LeftByCrash.resolve(guard);
    } catch (RuntimeException | Error failure) {
      registration.close();
      throw failure;
    }
    return registration;
  }

  /** A guard that is registered. Closing it twice does nothing. Thread-safe. */
  public interface Registration extends AutoCloseable {
    /** Ends the protection; an update that is running goes on under it. */
    @Override
    void close();
  }
}
