package dev.backuphelper.migration.liquibase;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.migration.MigrationGuard;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process that died left open of databases that are to be updated. Liquibase is handed a
 * connection; a pool tries it first, and that rolls back what was not committed. After that nobody
 * can tell whether somebody else changed the database.
 */
final class LeftByCrash {
  private static final Logger LOG = LoggerFactory.getLogger(LeftByCrash.class);

  private LeftByCrash() {}

  /** Resolves it, before anybody has a connection. What cannot be resolved, an update refuses. */
  static void resolve(MigrationGuard guard) {
    try {
      List<Path> databases = guard.backups().databases();
      boolean open =
          guard.backups().openPlans().stream()
              .anyMatch(plan -> !Collections.disjoint(plan.databases(), databases));
      if (open) {
        guard.recover();
      }
    } catch (BackupException unresolved) {
      LOG.debug("what is open is left to the next update", unresolved);
    }
  }
}
