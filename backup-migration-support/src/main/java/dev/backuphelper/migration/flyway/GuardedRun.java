package dev.backuphelper.migration.flyway;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.MigrateResult;

/** A run of Flyway that is guarded already: what guards by itself must not do so again. */
final class GuardedRun {
  private static final ThreadLocal<Integer> DEPTH = ThreadLocal.withInitial(() -> 0);

  private GuardedRun() {}

  /** Runs the migration itself. */
  static MigrateResult of(Flyway flyway) {
    int depth = DEPTH.get();
    DEPTH.set(depth + 1);
    try {
      return flyway instanceof GuardedFlyway guarded
          ? guarded.migrateUnguarded()
          : flyway.migrate();
    } finally {
      if (depth == 0) {
        DEPTH.remove();
      } else {
        DEPTH.set(depth);
      }
    }
  }

  /** Tells whether this thread is in such a run. */
  static boolean isActive() {
    return DEPTH.get() > 0;
  }
}
