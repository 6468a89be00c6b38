package dev.backuphelper.examples;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.flyway.FlywayGuard;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Migrates an SQLite database with Flyway under a guard. Of two migrations the second fails when
 * the first is committed; both are undone, Flyway's history too, so that no repair is needed.
 */
public final class FlywayMigration {
  private final Path scripts;
  private final Flyway flyway;
  private final MigrationGuard guard;

  private FlywayMigration(Path folder) throws IOException {
    Path database = folder.resolve("shop.db");
    scripts = Files.createDirectories(folder.resolve("migrations"));
    flyway =
        Flyway.configure()
            .dataSource("jdbc:sqlite:" + database, null, null)
            .locations("filesystem:" + scripts)
            .load();
    guard =
        MigrationGuard.of(
            BackupHelper.builder()
                .source(SqliteSource.of(database))
                .directory(folder.resolve("backups"))
                .build());
  }

  /** Takes the folder to work in. */
  public static void main(String[] arguments) throws IOException {
    new FlywayMigration(Path.of(arguments[0])).run();
  }

  private void run() throws IOException {
    script("V1__orders.sql", "CREATE TABLE orders (id INTEGER); INSERT INTO orders VALUES (1);");
    migrate();
    script("V2__prices.sql", "ALTER TABLE orders ADD COLUMN cents INTEGER;");
    script("V3__items.sql", "DELETE FROM orders; ALTER TABLE items ADD COLUMN cents INTEGER;");
    try {
      migrate();
    } catch (FlywayException failure) {
      MigrationReport.of(failure)
          .ifPresent(told -> System.out.println("a migration failed; outcome: " + told.outcome()));
      System.out.println("the version is " + flyway.info().current().getVersion());
    }
    script("V3__items.sql", "CREATE TABLE items (id INTEGER, cents INTEGER);");
    migrate();
    migrate();
  }

  private void migrate() {
    System.out.println(
        "migrations that ran: " + FlywayGuard.migrate(flyway, guard).migrationsExecuted);
  }

  private void script(String name, String sql) throws IOException {
    Files.writeString(scripts.resolve(name), sql);
  }
}
