package dev.backuphelper.migration.liquibase;

import dev.backuphelper.migration.fixture.Damage;
import dev.backuphelper.migration.fixture.Shop;
import java.sql.Connection;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.UpdateSummaryEnum;
import liquibase.UpdateSummaryOutputEnum;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.LiquibaseException;
import liquibase.integration.spring.SpringLiquibase;
import liquibase.resource.DirectoryResourceAccessor;
import liquibase.resource.ResourceAccessor;
import liquibase.ui.LoggerUIService;
import org.springframework.core.io.FileSystemResourceLoader;

/** Liquibase on the files of a shop. */
final class ChangeLogs {
  static final String FILE = "changes.sql";
  static final String TASK_FILE = "task.yaml";

  /** Kept, or else the level that was set would be lost with the logger. */
  private static final Logger LOGGER = Logger.getLogger("liquibase");

  private ChangeLogs() {}

  /** Keeps Liquibase from telling everything on the standard streams. */
  static void silence() {
    LOGGER.setLevel(Level.OFF);
    try {
      Scope.enter(Map.of(Scope.Attr.ui.name(), new LoggerUIService()));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static void writeFirst(Shop shop) {
    shop.write(FILE, "--liquibase formatted sql", "--changeset test:1", Damage.FIRST);
  }

  static void writeFailing(Shop shop, Damage damage) {
    write(shop, damage, damage.failing());
  }

  static void writeCorrected(Shop shop, Damage damage) {
    write(shop, damage, damage.corrected());
  }

  static void write(Shop shop, Damage damage, String second) {
    shop.write(
        FILE,
        "--liquibase formatted sql",
        "--changeset test:1",
        Damage.FIRST,
        "--changeset test:2 runInTransaction:" + damage.inTransaction() + splitting(damage),
        second);
  }

  /** Writes a change set that is committed, and one in Java after it. */
  static void writeTask(Shop shop, FailingTask.Act act) {
    FailingTask.act = act;
    shop.write(
        TASK_FILE,
        "databaseChangeLog:",
        "- changeSet: {id: 1, author: test, changes: [{sql: {sql: DROP VIEW totals}}]}",
        "- changeSet: {id: 2, author: test, changes: [{customChange: {class: "
            + FailingTask.class.getName()
            + "}}]}");
  }

  /** A trigger has semicolons inside. */
  private static String splitting(Damage damage) {
    return damage == Damage.NEW_OBJECTS ? " endDelimiter:;\\n" : "";
  }

  static Liquibase liquibase(Shop shop, Connection connection) throws LiquibaseException {
    return liquibase(FILE, shop, connection);
  }

  /** Returns a Liquibase for the file that {@link #writeTask} writes. */
  static Liquibase task(Shop shop, Connection connection) throws LiquibaseException {
    return liquibase(TASK_FILE, shop, connection);
  }

  static Liquibase liquibase(String file, Shop shop, Connection connection)
      throws LiquibaseException {
    Liquibase liquibase = new Liquibase(file, files(shop), database(connection));
    liquibase.setShowSummary(UpdateSummaryEnum.OFF);
    return liquibase;
  }

  static SpringLiquibase spring(Shop shop, String file, DataSource dataSource) {
    SpringLiquibase spring = new SpringLiquibase();
    spring.setDataSource(dataSource);
    spring.setResourceLoader(new FileSystemResourceLoader());
    spring.setChangeLog("file:" + shop.migrations().resolve(file));
    spring.setShowSummaryOutput(UpdateSummaryOutputEnum.LOG);
    return spring;
  }

  static Database database(Connection connection) throws LiquibaseException {
    return DatabaseFactory.getInstance()
        .findCorrectDatabaseImplementation(new JdbcConnection(connection));
  }

  static ResourceAccessor files(Shop shop) {
    try {
      return new DirectoryResourceAccessor(shop.migrations());
    } catch (java.io.FileNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
