package dev.backuphelper.migration.flyway;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.migration.internal.MainDatabase;
import dev.backuphelper.model.Backup;
import dev.backuphelper.report.CreatePreview;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.jspecify.annotations.Nullable;

/**
 * Makes a safety backup before the first migration of each run, for those who can only register a
 * callback. If the backup cannot be made, or is damaged, Flyway's run ends before it changed
 * anything but its own history table.
 *
 * <p>Prefer {@link FlywayGuard} or {@link GuardedFlyway}: a callback cannot do what they do.
 *
 * <ul>
 *   <li>It restores nothing when the migration fails. The backup is there; restoring it is up to
 *       you.
 *   <li>It leaves no marker: a process that dies in the migration leaves a half-migrated database,
 *       and nobody notices.
 *   <li>It holds no lock: another process may write between the backup and the migration.
 *   <li>Callbacks for earlier events ({@code beforeMigrate}, say), and the making of the history
 *       table, come before the backup.
 *   <li>While Flyway holds its connections, the backup needs one of its own. It does not come from
 *       Flyway's data source, unless the {@code BackupHelper} was made of that and was not used
 *       before: make it of the path.
 *   <li>A class in the location {@code db/callback} makes Flyway ignore callbacks that are
 *       registered by code, this one among them.
 * </ul>
 *
 * <p>Within {@link FlywayGuard} it does nothing, because the guard has made a backup. Thread-safe.
 */
public final class SafetyBackupCallback {
  private SafetyBackupCallback() {}

  /**
   * Returns a callback, to be given to Flyway's {@code callbacks}.
   *
   * @param backups what makes the backups; the database that Flyway migrates must be among its
   *     sources
   */
  public static Callback of(BackupHelper backups) {
    return AnyVersionCallback.of(new Handler(Objects.requireNonNull(backups, "backups")));
  }

  /** What the callback does. */
  private static final class Handler implements AnyVersionCallback.Handler {
    private final BackupHelper backups;

    /** The connection of the run that was backed up, for each callback; a run has one thread. */
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<@Nullable WeakReference<Connection>> backedUp = new ThreadLocal<>();

    Handler(BackupHelper backups) {
      this.backups = backups;
    }

    @Override
    public String name() {
      return "safety backup";
    }

    /**
     * Flyway asks about every event before it happens, also about the one that begins a run. Only
     * those are supported for which Flyway needs no further connection.
     */
    @Override
    public boolean supports(Event event) {
      if (event == Event.BEFORE_MIGRATE) {
        backedUp.remove();
      }
      return event == Event.BEFORE_EACH_MIGRATE;
    }

    @Override
    public void handle(Event event, Context context) {
      Connection connection = context.getConnection();
      if (GuardedRun.isActive() || isBackedUp(connection)) {
        return;
      }
      requireSource(connection);
      Backup backup = backups.createSafetyBackup(label(context.getMigrationInfo()));
      if (backup.damaged()) {
        throw new RefusedException(
            "the database fails its own checks, so it is not migrated: backup %s says which"
                .formatted(backup.id()),
            "Repair the database, or restore a good backup, then migrate again.");
      }
      backedUp.set(new WeakReference<>(connection));
    }

    private boolean isBackedUp(Connection connection) {
      WeakReference<Connection> known = backedUp.get();
      return known != null && known.get() == connection;
    }

    private void requireSource(Connection connection) {
      List<Path> sources =
          backups.preview(CreateRequest.ofDefaults()).components().stream()
              .map(CreatePreview.Component::source)
              .toList();
      try {
        MainDatabase.of(connection).requireOneOf(sources, "Flyway");
      } catch (SQLException e) {
        throw new FlywayException("cannot find out which database is migrated", e);
      }
    }

    private static String label(@Nullable MigrationInfo migration) {
      MigrationVersion version = migration == null ? null : migration.getVersion();
      return version == null ? "flyway" : "flyway-" + version.getVersion();
    }
  }
}
