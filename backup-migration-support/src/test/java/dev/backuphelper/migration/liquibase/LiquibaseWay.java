package dev.backuphelper.migration.liquibase;

import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.fixture.GuardedTool;
import dev.backuphelper.migration.fixture.Shop;
import dev.backuphelper.migration.liquibase.LiquibaseGuard.Registration;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;

/** The ways to run Liquibase under a guard. */
enum LiquibaseWay implements GuardedTool {
  GUARD {
    @Override
    void migrate(Shop shop, DataSource dataSource, MigrationGuard guard) throws Exception {
      try (Connection connection = dataSource.getConnection()) {
        LiquibaseGuard.update(ChangeLogs.task(shop, connection), guard);
      }
    }
  },
  CALLED_BY_OTHERS {
    @Override
    void migrate(Shop shop, DataSource dataSource, MigrationGuard guard) throws Exception {
      try (Registration protection = LiquibaseGuard.protect(guard);
          Connection connection = dataSource.getConnection()) {
        ChangeLogs.task(shop, connection).update();
      }
    }
  },
  SPRING {
    @Override
    void migrate(Shop shop, DataSource dataSource, MigrationGuard guard) throws Exception {
      try (Registration protection = LiquibaseGuard.protect(guard)) {
        ChangeLogs.spring(shop, ChangeLogs.TASK_FILE, dataSource).afterPropertiesSet();
      }
    }
  };

  private static final List<String> CHANGES =
      List.of(
          "{id: 1, changes: [{sql: {sql: ALTER TABLE customers ADD COLUMN mail TEXT}}]}",
          "{id: 2, changes: [{sql: {sql: CREATE TABLE second(x)}}]}",
          "{id: 3, runInTransaction: false, changes: [{customChange: {class: %s}}]}"
              .formatted(StepTask.Committed.class.getName()),
          "{id: 4, changes: [{customChange: {class: %s}}]}"
              .formatted(StepTask.InATransaction.class.getName()),
          "{id: 5, changes: [{sql: {sql: CREATE TABLE done(x)}}]}");

  abstract void migrate(Shop shop, DataSource dataSource, MigrationGuard guard) throws Exception;

  private static void write(Shop shop, List<String> changes) {
    // Spring calls the file by another name.
    List<String> lines = new ArrayList<>(List.of("databaseChangeLog:", "- logicalFilePath: shop"));
    changes.forEach(
        change -> lines.add("- changeSet: " + change.replaceFirst("\\{", "{author: test, ")));
    shop.write(ChangeLogs.TASK_FILE, lines.toArray(String[]::new));
  }

  @Override
  public void prepare(Shop shop) throws Exception {
    write(shop, CHANGES.subList(0, 1));
    try (Connection connection = shop.connect()) {
      ChangeLogs.task(shop, connection).update();
    }
  }

  @Override
  public void write(Shop shop) {
    write(shop, CHANGES);
  }

  @Override
  public void migrate(Shop shop, DataSource dataSource, MigrationGuard guard, Consumer<String> done)
      throws Exception {
    ChangeLogs.silence();
    StepTask.done = done;
    // Liquibase does not tell where its connection comes from.
    migrate(shop, dataSource, guard.withPool(dataSource));
  }

  @Override
  public Set<String> ownTables() {
    return Set.of("DATABASECHANGELOG", "DATABASECHANGELOGLOCK");
  }

  @Override
  public List<String> questions() {
    return List.of(
        "SELECT ID, AUTHOR, ORDEREXECUTED, EXECTYPE, MD5SUM FROM DATABASECHANGELOG ORDER BY 3",
        "SELECT ID, LOCKED, LOCKGRANTED, LOCKEDBY FROM DATABASECHANGELOGLOCK");
  }
}
