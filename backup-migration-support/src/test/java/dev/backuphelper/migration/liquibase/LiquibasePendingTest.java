package dev.backuphelper.migration.liquibase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backuphelper.GuardRequest;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.migration.MigrationFailedException;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.migration.fixture.Damage;
import dev.backuphelper.migration.fixture.Shop;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.source.TableDifference;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.concurrent.TimeUnit;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.exception.LiquibaseException;
import liquibase.lockservice.LockService;
import liquibase.lockservice.LockServiceFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as pending, what is refused, and what a restore leaves behind. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LiquibasePendingTest {
  private static final String HEADER = "--liquibase formatted sql";

  @TempDir Path folder;
  private Shop shop;

  @BeforeAll
  static void silence() {
    ChangeLogs.silence();
  }

  @BeforeEach
  void makeShop() {
    shop = new Shop(folder);
  }

  @AfterEach
  void forgetLocks() {
    LockServiceFactory.getInstance().resetAll();
  }

  /** Fills the shop, and runs the first change set. */
  private void updateOnce() throws Exception {
    shop.fill("wal");
    ChangeLogs.writeFirst(shop);
    try (Connection connection = shop.connect()) {
      ChangeLogs.liquibase(shop, connection).update();
    }
  }

  private MigrationReport update() throws Exception {
    return update(new Contexts(), new LabelExpression());
  }

  private MigrationReport update(Contexts contexts, LabelExpression labels) throws Exception {
    try (Connection connection = shop.connect()) {
      return LiquibaseGuard.update(
          ChangeLogs.liquibase(shop, connection), shop.guard(), contexts, labels);
    }
  }

  private Throwable failureOfUpdate() {
    return catchThrowable(this::update);
  }

  @Test
  void nothingPending_isUpdatedWithoutABackup() throws Exception {
    updateOnce();

    MigrationReport report = update();

    assertThat(report.outcome()).isEqualTo(Outcome.NOTHING_PENDING);
    assertThat(shop.backupsMade()).isEmpty();
  }

  @Test
  void changeSetsThatWereNotRun_arePending_andTheLabelNamesTheFile() throws Exception {
    updateOnce();
    ChangeLogs.writeCorrected(shop, Damage.COMMITTED);

    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(update().outcome()).isEqualTo(Outcome.NOTHING_PENDING);

    assertThat(shop.backupsMade())
        .singleElement()
        .satisfies(
            backup -> assertThat(backup.manifest().operation()).isEqualTo("liquibase-changes.sql"));
  }

  @Test
  void changeSetThatRunsAlways_isPending() throws Exception {
    shop.fill("wal");
    shop.write(
        ChangeLogs.FILE,
        HEADER,
        "--changeset test:1 runAlways:true",
        "UPDATE customers SET note = coalesce(note, '') || '!';");

    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(shop.number("SELECT count(*) FROM customers WHERE note LIKE '%!!'")).isEqualTo(40);
  }

  @Test
  void changeSetThatRunsOnChange_isPendingWhenItChanged() throws Exception {
    shop.fill("wal");
    String head = "--changeset test:1 runOnChange:true";
    shop.write(ChangeLogs.FILE, HEADER, head, "CREATE VIEW IF NOT EXISTS names AS SELECT 1;");

    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(update().outcome()).isEqualTo(Outcome.NOTHING_PENDING);
    shop.write(ChangeLogs.FILE, HEADER, head, "DROP VIEW names;");
    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
  }

  @Test
  void changeSetsOfOtherContextsAndLabels_areNotPending() throws Exception {
    updateOnce();
    shop.write(
        ChangeLogs.FILE,
        HEADER,
        "--changeset test:1",
        Damage.FIRST,
        "--changeset test:2 contextFilter:trial",
        "CREATE TABLE trial(x);",
        "--changeset test:3 labels:later",
        "CREATE TABLE later(x);");

    assertThat(update(new Contexts("live"), new LabelExpression("now")).outcome())
        .isEqualTo(Outcome.NOTHING_PENDING);
    assertThat(update(new Contexts("trial"), new LabelExpression("now")).outcome())
        .isEqualTo(Outcome.MIGRATED);
    assertThat(shop.hasTable("trial")).isTrue();
    assertThat(shop.hasTable("later")).isFalse();
    assertThat(update(new Contexts("live"), new LabelExpression("later")).outcome())
        .isEqualTo(Outcome.MIGRATED);
    assertThat(shop.hasTable("later")).isTrue();
  }

  @Test
  void missingTablesOfLiquibase_arePending() throws Exception {
    shop.fill("wal");
    shop.write(ChangeLogs.FILE, HEADER);

    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(update().outcome()).isEqualTo(Outcome.NOTHING_PENDING);
  }

  @Test
  void checksumsToBeRenewed_arePending() throws Exception {
    updateOnce();
    shop.execute("UPDATE DATABASECHANGELOG SET MD5SUM = NULL");

    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(shop.number("SELECT count(MD5SUM) FROM DATABASECHANGELOG")).isEqualTo(1);
    assertThat(update().outcome()).isEqualTo(Outcome.NOTHING_PENDING);
  }

  @Test
  void missingChecksum_ofAChangeSetThatIsGone_isNotPending() throws Exception {
    updateOnce();
    shop.execute(
        "UPDATE DATABASECHANGELOG SET MD5SUM = NULL, ID = 'gone'",
        "INSERT INTO DATABASECHANGELOG SELECT '1', AUTHOR, FILENAME, DATEEXECUTED, 2, EXECTYPE,"
            + " '9:00000000000000000000000000000000', DESCRIPTION, COMMENTS, TAG, LIQUIBASE,"
            + " CONTEXTS, LABELS, DEPLOYMENT_ID FROM DATABASECHANGELOG");

    Throwable failure = failureOfUpdate();

    assertThat(failure)
        .as("a checksum that is wrong is Liquibase's own error")
        .isInstanceOf(LiquibaseException.class)
        .hasMessageContaining("Validation Failed");
    assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.NOTHING_PENDING);
    assertThat(shop.backupsMade()).isEmpty();
  }

  @Test
  void changeLogThatCannotBeRead_changesNothing() throws Exception {
    updateOnce();
    String before = shop.content();
    shop.write(ChangeLogs.TASK_FILE, "databaseChangeLog: {");
    try (Connection connection = shop.connect()) {
      Liquibase liquibase = ChangeLogs.task(shop, connection);

      assertThat(catchThrowable(() -> LiquibaseGuard.update(liquibase, shop.guard())))
          .isInstanceOf(MigrationFailedException.class)
          .hasCauseInstanceOf(LiquibaseException.class);
    }

    assertThat(shop.content()).isEqualTo(before);
    assertThat(shop.backupsMade()).isEmpty();
  }

  @Test
  void missingDatabase_isEmptyAgain() throws Exception {
    shop.write(
        ChangeLogs.FILE,
        HEADER,
        "--changeset test:1",
        "CREATE TABLE shops(x);",
        "--changeset test:2",
        "INSERT INTO not_there VALUES (1);");

    assertThat(failureOfUpdate()).isInstanceOf(LiquibaseException.class);

    assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(shop.number("SELECT count(*) FROM sqlite_master")).isZero();
    shop.write(ChangeLogs.FILE, HEADER, "--changeset test:1", "CREATE TABLE shops(x);");
    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
  }

  @Test
  void lockThatTheCallerHolds_isFreeAfterTheRestore() throws Exception {
    updateOnce();
    ChangeLogs.writeFailing(shop, Damage.COMMITTED);
    try (Connection connection = shop.connect()) {
      Liquibase liquibase = ChangeLogs.liquibase(shop, connection);
      LockServiceFactory.getInstance().getLockService(liquibase.getDatabase()).waitForLock();

      Throwable failure = catchThrowable(() -> LiquibaseGuard.update(liquibase, shop.guard()));

      assertThat(failure).isInstanceOf(LiquibaseException.class);
    }
    assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(shop.number("SELECT count(*) FROM DATABASECHANGELOGLOCK WHERE LOCKED")).isZero();
    BackupId safety = shop.lastReport().safetyBackup().orElseThrow();
    assertThat(shop.backups().compare(safety).components().get(0).tables())
        .filteredOn(table -> table.status() != TableDifference.Status.IDENTICAL)
        .as("the backup holds the lock as taken, and nothing else differs")
        .extracting(TableDifference::name)
        .containsExactly("DATABASECHANGELOGLOCK");

    ChangeLogs.writeCorrected(shop, Damage.COMMITTED);
    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
  }

  @Test
  void lockThatSomebodyElseHolds_isWaitedFor_beforeTheBackup() throws Exception {
    updateOnce();
    ChangeLogs.writeCorrected(shop, Damage.COMMITTED);
    shop.execute(
        "UPDATE DATABASECHANGELOGLOCK SET LOCKED = 1, LOCKEDBY = 'elsewhere',"
            + " LOCKGRANTED = '2026-11-20 10:00:00'");
    String before = shop.content();
    try (Connection connection = shop.connect()) {
      Liquibase liquibase = ChangeLogs.liquibase(shop, connection);
      LockService locks = LockServiceFactory.getInstance().getLockService(liquibase.getDatabase());
      locks.setChangeLogLockWaitTime(0);
      locks.setChangeLogLockRecheckTime(0);

      Throwable failure = catchThrowable(() -> LiquibaseGuard.update(liquibase, shop.guard()));

      assertThat(failure)
          .isInstanceOf(MigrationFailedException.class)
          .hasCauseInstanceOf(LiquibaseException.class);
    }
    assertThat(shop.content()).isEqualTo(before);
    assertThat(shop.backupsMade()).isEmpty();

    shop.execute("UPDATE DATABASECHANGELOGLOCK SET LOCKED = 0");
    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
  }

  @Test
  void databaseThatWasRestoredByHand_isUpdatedAgain_thoughLiquibaseRemembersItUpToDate()
      throws Exception {
    shop.fill("wal");
    BackupId before = shop.backups().create().id();
    ChangeLogs.writeFirst(shop);
    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(update().outcome()).isEqualTo(Outcome.NOTHING_PENDING);
    shop.backups().restore(before);
    shop.execute(
        "CREATE TABLE DATABASECHANGELOGLOCK (ID INTEGER NOT NULL, LOCKED BOOLEAN NOT NULL,"
            + " LOCKGRANTED TEXT, LOCKEDBY VARCHAR(255))");

    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);

    assertThat(shop.number("SELECT count(mail) FROM customers")).isEqualTo(40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void updateThatThrowsAnError_leavesNothing(String mode) throws Exception {
    shop.fill(mode);
    String before = shop.content();
    AssertionError error = new AssertionError("out of luck");

    Throwable failure =
        failureOfTask(
            database -> {
              throw error;
            });

    assertThat(failure).isSameAs(error);
    assertThat(MigrationReport.of(failure).orElseThrow().outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(shop.content()).isEqualTo(before);
    ChangeLogs.writeFirst(shop);
    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void updateThatIsInterrupted_leavesNothing_andStaysInterrupted(String mode) throws Exception {
    shop.fill(mode);
    String before = shop.content();

    Throwable failure =
        failureOfTask(
            database -> {
              Thread.currentThread().interrupt();
              throw new InterruptedException("stop");
            });

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure).hasRootCauseInstanceOf(InterruptedException.class);
    assertThat(MigrationReport.of(failure).orElseThrow().outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(shop.content()).isEqualTo(before);
  }

  /** Runs a change set that is committed, and a task in Java after it. */
  private Throwable failureOfTask(FailingTask.Act act) {
    ChangeLogs.writeTask(shop, act);
    return catchThrowable(
        () -> {
          try (Connection connection = shop.connect()) {
            LiquibaseGuard.update(ChangeLogs.task(shop, connection), shop.guard());
          }
        });
  }

  @Test
  void checkThatFails_leavesNothing() throws Exception {
    updateOnce();
    String before = shop.content();
    ChangeLogs.writeCorrected(shop, Damage.COMMITTED);
    try (Connection connection = shop.connect()) {
      Throwable failure =
          catchThrowable(
              () ->
                  LiquibaseGuard.update(
                      ChangeLogs.liquibase(shop, connection),
                      shop.guard()
                          .withCheck(
                              "orders",
                              () -> {
                                throw new IllegalStateException("no orders");
                              })));

      assertThat(failure)
          .isInstanceOf(MigrationFailedException.class)
          .hasMessageContaining("no orders");
    }
    assertThat(shop.content()).isEqualTo(before);
    assertThat(update().outcome()).isEqualTo(Outcome.MIGRATED);
  }

  @Test
  void databaseOfAnotherEngine_isRefused() throws Exception {
    shop.fill("wal");
    ChangeLogs.writeFirst(shop);
    try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:liquibase")) {
      assertThatThrownBy(
              () -> LiquibaseGuard.update(ChangeLogs.liquibase(shop, connection), shop.guard()))
          .isInstanceOf(RefusedException.class)
          .hasMessage("Liquibase works on H2, which this guard cannot restore");
    }
    assertThat(shop.backupsMade()).isEmpty();
  }

  @Test
  void databaseThatTheGuardDoesNotProtect_isRefused() throws Exception {
    shop.fill("wal");
    ChangeLogs.writeFirst(shop);
    Path other = folder.resolve("other.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + other)) {
      assertThatThrownBy(
              () -> LiquibaseGuard.update(ChangeLogs.liquibase(shop, connection), shop.guard()))
          .isInstanceOf(RefusedException.class)
          .hasMessage(
              "Liquibase works on %s, but the guard protects [%s]"
                  .formatted(other, shop.database()));
    }
    assertThat(other).isEmptyFile();
    assertThat(shop.backupsMade()).isEmpty();
  }

  @Test
  void label_isThatOfTheFile_cutAndWithoutControlCharacters() {
    assertThat(UpdateLabel.of(null)).isEqualTo("liquibase");
    assertThat(UpdateLabel.of("db/changelog/master.xml")).isEqualTo("liquibase-master.xml");
    assertThat(UpdateLabel.of("a\nb")).isEqualTo("liquibase-a_b");
    assertThat(UpdateLabel.of("a\u0085b")).isEqualTo("liquibase-a_b");
    assertThat(UpdateLabel.of("x".repeat(500))).hasSizeLessThan(120);
    String outsideOfThePlane = "\ud83d\ude00";
    assertThat(UpdateLabel.of(outsideOfThePlane.repeat(500)))
        .endsWith(outsideOfThePlane)
        .hasSizeLessThan(GuardRequest.MAX_LABEL);
  }
}
