package dev.backuphelper.examples;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.migration.flyway.SafetyBackupCallback;
import dev.backuphelper.model.Backup;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Registers a callback that makes a safety backup before Flyway migrates, for those who can do no
 * more than that. Nothing is restored unasked: here the program does it.
 */
public final class FlywayCallback {
  private final Path scripts;
  private final Flyway flyway;
  private final BackupHelper backups;

  private FlywayCallback(Path folder) throws IOException {
    Path database = folder.resolve("shop.db");
    scripts = Files.createDirectories(folder.resolve("migrations"));
    backups =
        BackupHelper.builder()
            .source(SqliteSource.of(database))
            .directory(folder.resolve("backups"))
            .build();
    flyway =
        Flyway.configure()
            .dataSource("jdbc:sqlite:" + database, null, null)
            .locations("filesystem:" + scripts)
            .callbacks(SafetyBackupCallback.of(backups))
            .load();
  }

  /** Takes the folder to work in. */
  public static void main(String[] arguments) throws IOException {
    new FlywayCallback(Path.of(arguments[0])).run();
  }

  private void run() throws IOException {
    script("V1__orders.sql", "CREATE TABLE orders (id INTEGER); INSERT INTO orders VALUES (1);");
    migrate();
    script("V2__prices.sql", "DROP TABLE orders;");
    script("V3__items.sql", "ALTER TABLE items ADD COLUMN cents INTEGER;");
    try {
      migrate();
    } catch (FlywayException failure) {
      Backup safety = backups.list().get(0);
      System.out.println("a migration failed; what was there: " + safety.manifest().operation());
      System.out.println("put back: " + backups.restore(safety.id()).outcome());
      System.out.println("the version is " + flyway.info().current().getVersion());
    }
  }

  private void migrate() {
    System.out.println("migrations that ran: " + flyway.migrate().migrationsExecuted);
  }

  private void script(String name, String sql) throws IOException {
    Files.writeString(scripts.resolve(name), sql);
  }
}
