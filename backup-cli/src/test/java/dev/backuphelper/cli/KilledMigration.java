package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.migration.GuardPolicy;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.nio.file.Path;

/** A process that dies in a guarded migration, after it has deleted most notes. */
final class KilledMigration {
  static final int EXIT = 137;

  private KilledMigration() {}

  /** Takes the store, the database, and {@code stopping} or {@code restoring}. */
  public static void main(String[] arguments) {
    Path database = Path.of(arguments[1]);
    BackupHelper backups =
        BackupHelper.builder()
            .directory(Path.of(arguments[0]))
            .source(SqliteSource.of(database))
            .build();
    MigrationGuard.of(backups)
        .withPolicy(
            arguments[2].equals("stopping") ? GuardPolicy.stopping() : GuardPolicy.restoring())
        .run(
            "orders v42",
            () -> {
              Database.execute(database, "delete from note where id > 4");
              Runtime.getRuntime().halt(EXIT);
            });
  }
}
