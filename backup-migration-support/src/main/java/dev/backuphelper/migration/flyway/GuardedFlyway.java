package dev.backuphelper.migration.flyway;

import dev.backuphelper.migration.MigrationGuard;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.output.MigrateResult;

/**
 * A Flyway whose {@link #migrate} is guarded, for code that is handed a {@code Flyway} and calls it
 * by itself. All other commands ({@code clean}, {@code repair}, {@code baseline} and so on) are
 * Flyway's own, unguarded.
 *
 * <p>As thread-safe as Flyway itself.
 */
public final class GuardedFlyway extends Flyway {
  private final MigrationGuard guard;

  private GuardedFlyway(Configuration configuration, MigrationGuard guard) {
    super(configuration);
    this.guard = guard;
  }

  /**
   * Returns a guarded Flyway with the configuration of another.
   *
   * @param flyway whose configuration is copied; it stays as it is
   * @param guard what protects the database
   */
  public static GuardedFlyway of(Flyway flyway, MigrationGuard guard) {
    return of(flyway.getConfiguration(), guard);
  }

  /**
   * Returns a guarded Flyway.
   *
   * @param configuration how Flyway works; copied
   * @param guard what protects the database
   */
  public static GuardedFlyway of(Configuration configuration, MigrationGuard guard) {
    return new GuardedFlyway(configuration, Objects.requireNonNull(guard, "guard"));
  }

  /** Migrates under the guard, as {@link FlywayGuard#migrate(Flyway, MigrationGuard)} does. */
  @Override
  public MigrateResult migrate() {
    return FlywayGuard.migrate(this, guard);
  }

  MigrateResult migrateUnguarded() {
    return super.migrate();
  }
}
