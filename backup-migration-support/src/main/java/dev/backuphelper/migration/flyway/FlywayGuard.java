package dev.backuphelper.migration.flyway;

import dev.backuphelper.migration.MigrationCall;
import dev.backuphelper.migration.MigrationGuard;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.output.MigrateResult;
import org.jspecify.annotations.Nullable;

/**
 * Runs Flyway under a guard: if {@code migrate} fails, the databases are again what they were.
 *
 * <pre>{@code
 * FlywayGuard.migrate(flyway, MigrationGuard.of(backups));
 * }</pre>
 *
 * <p>A safety backup is made when Flyway has something to do: versioned or repeatable migrations
 * are pending, its history table is missing, or there are callbacks that run although nothing is
 * pending. The database that Flyway migrates must be an SQLite file, and one of the sources of the
 * guard's {@code BackupHelper}. While Flyway is asked and while a backup is made or restored, none
 * of Flyway's connections is held, so that a pool of one is enough. If Flyway's data source is a
 * HikariCP pool, its idle connections are closed before the former content is put back, so that the
 * journal mode is restored too; others are for {@link MigrationGuard#withRelease}.
 *
 * <p>What is asked for here replaces the guard's own {@code PendingProbe}. Scripts that are
 * callbacks for {@code beforeConnect}, {@code afterConnect}, {@code beforeInfo} or {@code
 * afterInfo}, and initial SQL, run already when Flyway is asked what is pending, which is before
 * the safety backup.
 *
 * <p>Thread-safe.
 */
public final class FlywayGuard {
  private FlywayGuard() {}

  /**
   * Migrates under a guard. The migration is called {@code flyway} and, where Flyway has one, its
   * target: {@code flyway-42}.
   *
   * @param flyway what migrates; if it is a {@link GuardedFlyway}, this guard takes the place of
   *     its own
   * @param guard what protects the database
   * @return what Flyway returned
   * @throws org.flywaydb.core.api.FlywayException if the migration failed, after the restore; it is
   *     the one that Flyway threw
   * @throws dev.backuphelper.error.RefusedException if Flyway's database is none that the guard
   *     protects; nothing was changed
   * @throws dev.backuphelper.error.BackupException if no safety backup could be made, or a lock was
   *     not free; nothing was changed
   */
  public static MigrateResult migrate(Flyway flyway, MigrationGuard guard) {
    return migrate(flyway, guard, label(flyway.getConfiguration().getTarget()));
  }

  /**
   * Migrates under a guard, as {@link #migrate(Flyway, MigrationGuard)} does.
   *
   * @param flyway what migrates
   * @param guard what protects the database
   * @param label the migration's name, which the safety backup records
   * @return what Flyway returned
   */
  public static MigrateResult migrate(Flyway flyway, MigrationGuard guard, String label) {
    Objects.requireNonNull(label, "label");
    MigrationCall<MigrateResult, RuntimeException> migration = () -> GuardedRun.of(flyway);
    return withPool(guard, flyway.getConfiguration().getDataSource())
        .withPending(new FlywayPending(flyway.getConfiguration(), guard))
        .call(label, migration);
  }

  private static MigrationGuard withPool(MigrationGuard guard, @Nullable DataSource dataSource) {
    return dataSource == null ? guard : guard.withPool(dataSource);
  }

  private static String label(@Nullable MigrationVersion target) {
    if (target == null || target.equals(MigrationVersion.LATEST)) {
      return "flyway";
    }
    if (target.equals(MigrationVersion.NEXT)) {
      return "flyway-next";
    }
    if (target.equals(MigrationVersion.CURRENT)) {
      return "flyway-current";
    }
    return "flyway-" + target.getVersion();
  }
}
