package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.nio.file.Path;

/** An application that guards its migration by itself, as the command of a guard. */
final class GuardingProgram {
  private GuardingProgram() {}

  /** Takes the database and the folder of its backups. */
  public static void main(String[] arguments) {
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(Path.of(arguments[0])))
            .directory(Path.of(arguments[1]))
            .build();
    MigrationGuard.of(backups).run("inner", () -> System.out.println("migrated"));
  }
}
