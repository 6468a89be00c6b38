package dev.backuphelper.examples;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Migrates an SQLite database over plain JDBC. The first attempt fails half way, and is undone. */
public final class PlainJdbc {
  private final Path database;
  private final MigrationGuard guard;

  private PlainJdbc(Path folder) {
    database = folder.resolve("shop.db");
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(database))
            .directory(folder.resolve("backups"))
            .build();
    // Asked while the database is locked: of two processes that start at once, one migrates.
    guard = MigrationGuard.of(backups).withPending(() -> number("PRAGMA user_version") < 42);
  }

  /** Takes the folder to work in. */
  public static void main(String[] arguments) throws SQLException {
    new PlainJdbc(Path.of(arguments[0])).run();
  }

  private void run() throws SQLException {
    execute("CREATE TABLE orders (id INTEGER PRIMARY KEY)", "INSERT INTO orders VALUES (1), (2)");
    try {
      guard.run(
          "orders-v42",
          () -> execute("DELETE FROM orders", "ALTER TABLE order_items ADD COLUMN cents INTEGER"));
    } catch (SQLException failure) {
      MigrationReport report = MigrationReport.of(failure).orElseThrow();
      System.out.println("the migration failed; outcome: " + report.outcome());
      System.out.println("orders that are there: " + number("SELECT count(*) FROM orders"));
    }
    System.out.println("the corrected migration; outcome: " + migrate());
    System.out.println("orders that are there: " + number("SELECT count(*) FROM orders"));
    System.out.println("at the next start; outcome: " + migrate());
  }

  private MigrationReport.Outcome migrate() throws SQLException {
    return guard.run("orders-v42", this::addPrices).outcome();
  }

  // Not called where nothing is pending.
  private void addPrices() throws SQLException {
    execute("ALTER TABLE orders ADD COLUMN cents INTEGER", "PRAGMA user_version = 42");
  }

  private void execute(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private int number(String query) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        ResultSet row = connection.createStatement().executeQuery(query)) {
      return row.getInt(1);
    }
  }
}
