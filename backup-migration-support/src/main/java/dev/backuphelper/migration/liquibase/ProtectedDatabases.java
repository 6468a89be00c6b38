package dev.backuphelper.migration.liquibase;

import dev.backuphelper.error.RefusedException;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.internal.MainDatabase;
import dev.backuphelper.migration.liquibase.LiquibaseGuard.Registration;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Which guard protects which database, by its real path. Thread-safe. */
final class ProtectedDatabases {
  private static final Map<Path, Protection> PROTECTIONS = new ConcurrentHashMap<>();

  private ProtectedDatabases() {}

  /** A guard, and the real paths of all of its databases. */
  record Protection(MigrationGuard guard, List<Path> databases) {}

  /**
   * Registers a guard for all of its databases.
   *
   * @throws RefusedException if one of them has a guard
   */
  static Registration register(MigrationGuard guard) {
    Protection protection = new Protection(guard, guard.backups().databases());
    synchronized (PROTECTIONS) {
      for (Path database : protection.databases()) {
        if (PROTECTIONS.containsKey(database)) {
          throw new RefusedException(
              database + " is protected already",
              "Close the other registration first, or keep to it.");
        }
      }
      protection.databases().forEach(database -> PROTECTIONS.put(database, protection));
    }
    return () ->
        protection.databases().forEach(database -> PROTECTIONS.remove(database, protection));
  }

  /** Tells whether there is nothing to look for. */
  static boolean isEmpty() {
    return PROTECTIONS.isEmpty();
  }

  /** Returns what protects a database. */
  static Optional<Protection> of(Path database) {
    Protection exact = PROTECTIONS.get(database);
    return exact != null
        ? Optional.of(exact)
        : PROTECTIONS.values().stream()
            .filter(protection -> MainDatabase.isOneOf(database, protection.databases()))
            .findFirst();
  }
}
