package dev.backuphelper.migration;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.source.ConnectionRelease;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Makes a migration undoable: takes a verified safety backup, migrates, checks, and puts the former
 * content back if anything fails, even if the process dies.
 *
 * <pre>{@code
 * MigrationGuard guard = MigrationGuard.of(backups);
 * guard.run("orders-v42", () -> migrateOrders(connection));
 * }</pre>
 *
 * <p>The databases are those of the {@link BackupHelper}. While a migration runs they are locked
 * against other guards and restores, of this and of other processes; their ordinary readers and
 * writers are not: an application should migrate before it lets anybody write. A migration runs in
 * the calling thread.
 *
 * <p>Immutable and thread-safe.
 */
public final class MigrationGuard {
  private final BackupHelper backups;
  private final GuardPolicy policy;
  private final PendingProbe pending;
  private final Map<String, MigrationCheck> checks;
  private final Consumer<MigrationReport> reports;
  private final ConnectionRelease connections;

  private MigrationGuard(
      BackupHelper backups,
      GuardPolicy policy,
      PendingProbe pending,
      Map<String, MigrationCheck> checks,
      Consumer<MigrationReport> reports,
      ConnectionRelease connections) {
    this.backups = backups;
    this.policy = policy;
    this.pending = pending;
    this.checks = Collections.unmodifiableMap(new LinkedHashMap<>(checks));
    this.reports = reports;
    this.connections = connections;
  }

  /** Returns a guard of a helper's databases, with the policy {@link GuardPolicy#restoring}. */
  public static MigrationGuard of(BackupHelper backups) {
    return new MigrationGuard(
        Objects.requireNonNull(backups, "backups"),
        GuardPolicy.restoring(),
        PendingProbe.ALWAYS,
        Map.of(),
        report -> {},
        ConnectionRelease.NONE);
  }

  /** Returns this guard with another policy. */
  public MigrationGuard withPolicy(GuardPolicy value) {
    return new MigrationGuard(
        backups, Objects.requireNonNull(value, "policy"), pending, checks, reports, connections);
  }

  /**
   * Returns this guard with another way to tell whether anything is pending. Without one, something
   * always is.
   */
  public MigrationGuard withPending(PendingProbe value) {
    return new MigrationGuard(
        backups, policy, Objects.requireNonNull(value, "pending"), checks, reports, connections);
  }

  /**
   * Returns this guard with one more check of the application's own, which runs after a migration
   * that did not fail.
   *
   * @param name what messages call it; one of the same name is replaced
   */
  public MigrationGuard withCheck(String name, MigrationCheck check) {
    Map<String, MigrationCheck> more = new LinkedHashMap<>(checks);
    more.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(check, "check"));
    return new MigrationGuard(backups, policy, pending, more, reports, connections);
  }

  /** Returns this guard with somebody who is told what became of each migration. */
  public MigrationGuard withReports(Consumer<MigrationReport> value) {
    return new MigrationGuard(
        backups, policy, pending, checks, Objects.requireNonNull(value, "reports"), connections);
  }

  /**
   * Returns this guard with one more way to let go of connections that the application keeps open,
   * as long as the former content is put back. Without that they see the restored content too; but
   * SQLite cannot give up a log that the migration brought in, or a file that it made, while
   * somebody has the database open.
   */
  public MigrationGuard withRelease(ConnectionRelease value) {
    return new MigrationGuard(backups, policy, pending, checks, reports, connections.and(value));
  }

  /**
   * Returns this guard with a pool whose idle connections are closed while the former content is
   * put back: see {@link #withRelease}. It makes new ones afterwards. HikariCP is known, also
   * behind a data source that {@linkplain DataSource#unwrap unwraps} to it; any other data source
   * is left as it is.
   */
  public MigrationGuard withPool(DataSource pool) {
    return withRelease(PooledConnections.of(Objects.requireNonNull(pool, "pool")));
  }

  /** Returns the helper whose databases are guarded. */
  public BackupHelper backups() {
    return backups;
  }

  /** Returns the policy. */
  public GuardPolicy policy() {
    return policy;
  }

  PendingProbe pending() {
    return pending;
  }

  Map<String, MigrationCheck> checks() {
    return checks;
  }

  Consumer<MigrationReport> reports() {
    return reports;
  }

  ConnectionRelease connections() {
    return connections;
  }

  /**
   * Runs a migration under this guard. If nothing is pending it is not called: somebody else, who
   * had the databases while this call waited for them, may have done it.
   *
   * @param label its name, for messages and the safety backup
   * @return what became of it: migrated, or nothing was pending
   * @throws E what the migration threw, untouched; a suppressed {@link MigrationFailedException}
   *     says what became of the databases, and so does {@link MigrationReport#of}
   * @throws MigrationFailedException if a check failed after the migration
   * @throws BackupException if the migration was not begun; nothing was changed
   */
  public <E extends Exception> MigrationReport run(String label, Migration<E> migration) throws E {
    try (MigrationSession session = open(label)) {
      if (session.isPending()) {
        perform(
            session,
            () -> {
              migration.run();
              return session;
            });
      }
      return session.succeed();
    }
  }

  /**
   * Runs a migration that has a result, as {@link #run} does; but it is called even if nothing is
   * pending, then without a safety backup, because there must be a result. So it has to be one that
   * knows itself what is to be done, as those of migration tools do.
   *
   * @param label its name, for messages and the safety backup
   * @return the migration's result
   * @throws E as {@link #run}
   */
  public <T extends @Nullable Object, E extends Exception> T call(
      String label, MigrationCall<T, E> migration) throws E {
    try (MigrationSession session = open(label)) {
      T result = perform(session, migration);
      session.succeed();
      return result;
    }
  }

  private static <T extends @Nullable Object, E extends Exception> T perform(
      MigrationSession session, MigrationCall<T, E> migration) throws E {
    try {
      return migration.call();
    } catch (Throwable failure) {
      fail(session, failure);
      throw failure;
    }
  }

  // Whatever goes wrong now, the caller learns why the migration failed.
  private static void fail(MigrationSession session, Throwable failure) {
    try {
      session.fail(failure);
    } catch (RuntimeException | Error broken) {
      if (broken != failure) {
        failure.addSuppressed(broken);
      }
    }
  }

  /**
   * Begins a migration whose end is told by other means than a return.
   *
   * @param label its name, for messages and the safety backup
   * @throws BackupException if the migration was not begun; nothing was changed
   */
  public MigrationSession open(String label) {
    return MigrationSession.open(this, label);
  }

  /**
   * Resolves what a process that died left open of this guard's databases, as its policy said. What
   * the store knows of other databases is left alone.
   */
  public RecoverReport recover() {
    return backups.recover(RecoverRequest.planned().ofOwnDatabases().withConnections(connections));
  }
}
