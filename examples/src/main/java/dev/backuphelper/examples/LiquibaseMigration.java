package dev.backuphelper.examples;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.liquibase.LiquibaseGuard;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import liquibase.Liquibase;
import liquibase.UpdateSummaryEnum;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.LiquibaseException;
import liquibase.resource.DirectoryResourceAccessor;

/**
 * Migrates an SQLite database with Liquibase under a guard. Of two change sets the second fails
 * when the first is committed; both are undone, and Liquibase's own tables too.
 */
public final class LiquibaseMigration {
  private static final String LOG = "changes.sql";

  private final Path folder;
  private final MigrationGuard guard;

  private LiquibaseMigration(Path folder) {
    this.folder = folder;
    guard =
        MigrationGuard.of(
            BackupHelper.builder()
                .source(SqliteSource.of(folder.resolve("shop.db")))
                .directory(folder.resolve("backups"))
                .build());
  }

  /** Takes the folder to work in. */
  public static void main(String[] arguments) throws IOException, LiquibaseException, SQLException {
    new LiquibaseMigration(Path.of(arguments[0])).run();
  }

  private void run() throws IOException, LiquibaseException, SQLException {
    Path log = folder.resolve(LOG);
    Files.writeString(log, "--liquibase formatted sql\n--changeset me:1\nCREATE TABLE a (x);\n");
    update();
    String second = "--changeset me:2\nDROP TABLE a;\n";
    Files.writeString(log, second, StandardOpenOption.APPEND);
    Files.writeString(log, "--changeset me:3\nDROP TABLE b;\n", StandardOpenOption.APPEND);
    try {
      update();
    } catch (LiquibaseException failure) {
      MigrationReport.of(failure)
          .ifPresent(told -> System.out.println("a change set failed; outcome: " + told.outcome()));
    }
    String whole = Files.readString(log);
    Files.writeString(log, whole.replace("DROP TABLE b", "CREATE TABLE b (y)"));
    update();
    update();
  }

  private void update() throws IOException, LiquibaseException, SQLException {
    try (Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("shop.db"))) {
      Liquibase liquibase =
          new Liquibase(
              LOG,
              new DirectoryResourceAccessor(folder),
              DatabaseFactory.getInstance()
                  .findCorrectDatabaseImplementation(new JdbcConnection(connection)));
      liquibase.setShowSummary(UpdateSummaryEnum.OFF);
      System.out.println("outcome: " + LiquibaseGuard.update(liquibase, guard).outcome());
    }
  }
}
