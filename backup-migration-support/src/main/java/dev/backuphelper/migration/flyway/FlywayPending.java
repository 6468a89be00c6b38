package dev.backuphelper.migration.flyway;

import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.PendingProbe;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.resolver.MigrationResolver;

/**
 * Asks Flyway whether {@code migrate} would write anything. The first connection is opened here,
 * not before: until the guard holds its locks, and has undone what a dead process left, nobody must
 * touch the database.
 *
 * <p>Rows of failed migrations are not pending: Flyway refuses to go on before it changes anything,
 * until they are repaired.
 */
final class FlywayPending implements PendingProbe {
  private final Configuration configuration;
  private final MigrationGuard guard;

  FlywayPending(Configuration configuration, MigrationGuard guard) {
    this.configuration = configuration;
    this.guard = guard;
  }

  @Override
  public boolean isPending() throws SQLException, IOException {
    return !new FlywayDatabase(configuration).hasHistory(guard.backups().databases())
        || IdleCallbacks.areConfigured(configuration)
        || mayClean()
        || hasMigrationsOrCallbackFiles();
  }

  /**
   * Tells whether Flyway may remove everything because a migration that ran was changed since.
   * Versions from 12 on do no such thing.
   */
  private boolean mayClean() {
    try {
      Method cleans = Configuration.class.getMethod("isCleanOnValidationError");
      return !configuration.isCleanDisabled() && (Boolean) cleans.invoke(configuration);
    } catch (NoSuchMethodException newerVersion) {
      return false;
    } catch (IllegalAccessException | InvocationTargetException unknown) {
      return true;
    }
  }

  /** Asks a copy that runs no callbacks, or else the question itself would run them. */
  private boolean hasMigrationsOrCallbackFiles() {
    CallbackFiles files = new CallbackFiles(configuration);
    Flyway silent =
        Flyway.configure(configuration.getClassLoader())
            .configuration(configuration)
            .callbacks(new Callback[0])
            .skipDefaultCallbacks(true)
            .resolvers(
                Stream.concat(Arrays.stream(configuration.getResolvers()), Stream.of(files))
                    .toArray(MigrationResolver[]::new))
            .load();
    return silent.info().pending().length > 0 || files.mayExist();
  }
}
