package dev.backuphelper.migration.liquibase;

import com.zaxxer.hikari.HikariDataSource;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.fixture.Damage;
import dev.backuphelper.migration.fixture.FailingTool;
import dev.backuphelper.migration.fixture.GuardedTool;
import dev.backuphelper.migration.fixture.Shop;
import dev.backuphelper.migration.liquibase.LiquibaseGuard.Registration;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import liquibase.exception.LiquibaseException;

/** The ways to run Liquibase under a guard. */
enum LiquibaseWay implements GuardedTool, FailingTool {
  GUARD {
    @Override
    void migrate(String file, Shop shop, DataSource dataSource, MigrationGuard guard)
        throws Exception {
      // Before Liquibase has its connection.
      guard.recover();
      try (Connection connection = dataSource.getConnection()) {
        LiquibaseGuard.update(ChangeLogs.liquibase(file, shop, connection), guard);
      }
    }
  },
  CALLED_BY_OTHERS {
    @Override
    void migrate(String file, Shop shop, DataSource dataSource, MigrationGuard guard)
        throws Exception {
      try (Registration protection = LiquibaseGuard.protect(guard);
          Connection connection = dataSource.getConnection()) {
        ChangeLogs.liquibase(file, shop, connection).update();
      }
    }
  },
  SPRING {
    @Override
    void migrate(String file, Shop shop, DataSource dataSource, MigrationGuard guard)
        throws Exception {
      try (Registration protection = LiquibaseGuard.protect(guard)) {
        ChangeLogs.spring(shop, file, dataSource).afterPropertiesSet();
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

  abstract void migrate(String file, Shop shop, DataSource dataSource, MigrationGuard guard)
      throws Exception;

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
    migrate(ChangeLogs.TASK_FILE, shop, dataSource, guard.withPool(dataSource));
  }

  @Override
  public void write(Shop shop, Damage damage, String second) {
    ChangeLogs.write(shop, damage, second);
  }

  @Override
  public void migrate(Shop shop, HikariDataSource pool, MigrationGuard guard) throws Exception {
    // Of Liquibase's own connection the guard knows.
    boolean alone = pool.getMaximumPoolSize() == 1;
    migrate(ChangeLogs.FILE, shop, pool, alone ? guard : guard.withPool(pool));
  }

  @Override
  public Class<LiquibaseException> failure() {
    return LiquibaseException.class;
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
