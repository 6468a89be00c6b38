package dev.backuphelper.migration.liquibase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;

import com.zaxxer.hikari.HikariDataSource;
import dev.backuphelper.BackupHelper;
import dev.backuphelper.GuardRequest;
import dev.backuphelper.GuardedSection;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.migration.MigrationFailedException;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.migration.fixture.Damage;
import dev.backuphelper.migration.fixture.Shop;
import dev.backuphelper.migration.liquibase.LiquibaseGuard.Registration;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.local.LocalStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.Scope;
import liquibase.UpdateSummaryEnum;
import liquibase.changelog.ChangeSet;
import liquibase.changelog.DatabaseChangeLog;
import liquibase.changelog.visitor.AbstractChangeExecListener;
import liquibase.changelog.visitor.DefaultChangeExecListener;
import liquibase.command.CommandScope;
import liquibase.database.Database;
import liquibase.exception.LiquibaseException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Updates that others call, on databases that are registered. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LiquibaseProtectTest {

  @TempDir Path folder;
  private Shop shop;

  @BeforeAll
  static void silence() {
    ChangeLogs.silence();
  }

  @BeforeEach
  void makeShop() {
    shop = new Shop(folder).fill("wal");
    ChangeLogs.writeFirst(shop);
  }

  private void update() throws Exception {
    try (Connection connection = shop.connect()) {
      ChangeLogs.liquibase(shop, connection).update();
    }
  }

  @Test
  void update_withoutRegistration_isNotGuarded() throws Exception {
    update();

    assertThat(shop.backupsMade()).isEmpty();
  }

  @Test
  void update_isGuarded_untilTheRegistrationIsClosed() throws Exception {
    Registration protection = LiquibaseGuard.protect(shop.guard());
    try (protection) {
      update();
      update();
    }
    protection.close();
    ChangeLogs.writeCorrected(shop, Damage.COMMITTED);
    update();

    assertThat(shop.reports())
        .extracting(MigrationReport::outcome)
        .containsExactly(Outcome.MIGRATED, Outcome.NOTHING_PENDING);
    assertThat(shop.lastReport().label()).isEqualTo("liquibase-changes.sql");
    assertThat(shop.backupsMade()).hasSize(1);
  }

  @Test
  void secondRegistration_ofADatabase_isRefused() {
    MigrationGuard guard = shop.guard();
    try (Registration protection = LiquibaseGuard.protect(guard)) {
      assertThatThrownBy(() -> LiquibaseGuard.protect(guard))
          .isInstanceOf(RefusedException.class)
          .hasMessage(shop.database() + " is protected already");
    }
    LiquibaseGuard.protect(guard).close();
  }

  /** Else nobody could register a guard of that database again. */
  @Test
  void registrationThatFails_leavesNothingRegistered() {
    Store broken =
        mock(
            Store.class,
            delegatesTo(
                LocalStore.in(shop.guard().backups().databases().get(0).resolveSibling("store"))));
    assertThatThrownBy(
            () -> {
              doThrow(new IllegalStateException("out of luck")).when(broken).list();
              LiquibaseGuard.protect(
                  MigrationGuard.of(
                      BackupHelper.builder()
                          .source(SqliteSource.of(shop.guard().backups().databases().get(0)))
                          .store(broken)
                          .build()));
            })
        .hasStackTraceContaining("out of luck");

    LiquibaseGuard.protect(shop.guard()).close();
  }

  @Test
  void otherDatabases_areNotGuarded() throws Exception {
    Shop other = new Shop(shop.migrations()).fill("wal");
    ChangeLogs.writeFirst(other);
    try (Registration protection = LiquibaseGuard.protect(shop.guard());
        Connection connection = other.connect()) {
      ChangeLogs.liquibase(other, connection).update();
    }

    assertThat(shop.reports()).isEmpty();
    assertThat(shop.backupsMade()).isEmpty();
  }

  @Test
  void updateThroughTheGuard_isGuardedOnce() throws Exception {
    try (Registration protection = LiquibaseGuard.protect(shop.guard());
        Connection connection = shop.connect()) {
      LiquibaseGuard.update(ChangeLogs.liquibase(shop, connection), shop.guard());
    }

    assertThat(shop.reports()).hasSize(1);
    assertThat(shop.backupsMade()).hasSize(1);
  }

  @Test
  void updateCount_isGuarded() throws Exception {
    String before = shop.content();
    ChangeLogs.writeFailing(shop, Damage.COMMITTED);
    try (Registration protection = LiquibaseGuard.protect(shop.guard());
        Connection connection = shop.connect()) {
      Throwable failure =
          catchThrowable(
              () ->
                  ChangeLogs.liquibase(shop, connection)
                      .update(2, new Contexts(), new LabelExpression()));

      assertThat(failure).isInstanceOf(LiquibaseException.class);
      assertThat(shop.content()).isEqualTo(before);
      ChangeLogs.liquibase(shop, connection).update(1, new Contexts(), new LabelExpression());
    }
    assertThat(shop.reports())
        .extracting(MigrationReport::outcome)
        .containsExactly(Outcome.RESTORED, Outcome.MIGRATED);
    assertThat(shop.number("SELECT count(mail) FROM customers")).isEqualTo(40);
  }

  @Test
  void updateToTag_isGuarded() throws Exception {
    String before = shop.content();
    shop.write(
        ChangeLogs.TASK_FILE,
        "databaseChangeLog:",
        "- changeSet: {id: 1, author: test, changes: [{sql: {sql: DROP VIEW totals}}]}",
        "- changeSet: {id: 2, author: test, changes: [{sql: {sql: INSERT INTO not_there DEFAULT"
            + " VALUES}}]}",
        "- changeSet: {id: 3, author: test, changes: [{tagDatabase: {tag: v1}}]}");
    try (Registration protection = LiquibaseGuard.protect(shop.guard());
        Connection connection = shop.connect()) {
      Liquibase liquibase = ChangeLogs.task(shop, connection);
      Throwable failure =
          catchThrowable(() -> liquibase.update("v1", new Contexts(), new LabelExpression()));
      assertThat(failure).isInstanceOf(LiquibaseException.class).hasMessageContaining("not_there");
    }
    assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(shop.content()).isEqualTo(before);
  }

  private void updateByUrl() throws Exception {
    updateByUrl(shop.url());
  }

  private void updateByUrl(String url) throws Exception {
    Scope.child(
        Map.of(Scope.Attr.resourceAccessor.name(), ChangeLogs.files(shop)),
        () -> {
          new CommandScope("update")
              .addArgumentValue("url", url)
              .addArgumentValue("changelogFile", ChangeLogs.FILE)
              .addArgumentValue("showSummary", UpdateSummaryEnum.OFF)
              .execute();
        });
  }

  @Test
  void commandThatOpensItsOwnConnection_isGuarded() throws Exception {
    String before = shop.content();
    ChangeLogs.writeFailing(shop, Damage.COMMITTED);
    try (Registration protection = LiquibaseGuard.protect(shop.guard())) {
      assertThat(catchThrowable(this::updateByUrl)).hasMessageContaining("not_there");
      assertThat(shop.content()).isEqualTo(before);
      ChangeLogs.writeCorrected(shop, Damage.COMMITTED);
      updateByUrl();
      updateByUrl();
    }
    assertThat(shop.reports())
        .extracting(MigrationReport::outcome)
        .containsExactly(Outcome.RESTORED, Outcome.MIGRATED, Outcome.NOTHING_PENDING);
    assertThat(shop.hasTable("done")).isTrue();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no file can have such a name there")
  void commandWithAUrlOfAnUnknownForm_isGuarded() throws Exception {
    try (Registration protection = LiquibaseGuard.protect(shop.guard())) {
      Path odd = folder.resolve("shop.db?odd=1");
      Files.createSymbolicLink(odd, shop.database());
      updateByUrl("jdbc:sqlite:" + odd);
    }
    assertThat(shop.reports())
        .extracting(MigrationReport::outcome)
        .containsExactly(Outcome.MIGRATED);
  }

  @Test
  void commandOnAnotherEngine_isNotGuarded() throws Exception {
    shop.write(
        ChangeLogs.FILE,
        "--liquibase formatted sql",
        "--changeset test:1",
        "CREATE TABLE t(x INT);");
    try (Registration protection = LiquibaseGuard.protect(shop.guard())) {
      updateByUrl("jdbc:h2:mem:other");
    }
    assertThat(shop.reports()).isEmpty();
  }

  @Test
  void changeSetsOfOtherContexts_areNotPending() throws Exception {
    update();
    shop.write(
        ChangeLogs.FILE,
        "--liquibase formatted sql",
        "--changeset test:1",
        Damage.FIRST,
        "--changeset test:2 contextFilter:trial",
        "CREATE TABLE trial(x);",
        "--changeset test:3 labels:later",
        "CREATE TABLE later(x);");
    try (Registration protection = LiquibaseGuard.protect(shop.guard());
        Connection connection = shop.connect()) {
      Liquibase liquibase = ChangeLogs.liquibase(shop, connection);
      liquibase.update(new Contexts("live"), new LabelExpression("now"));
      liquibase.update(new Contexts("trial"), new LabelExpression("now"));
    }
    assertThat(shop.reports())
        .extracting(MigrationReport::outcome)
        .containsExactly(Outcome.NOTHING_PENDING, Outcome.MIGRATED);
    assertThat(shop.hasTable("trial")).isTrue();
    assertThat(shop.hasTable("later")).isFalse();
  }

  @Test
  void springLiquibase_isGuarded_alsoWithAPoolOfOne() throws Exception {
    String before = shop.content();
    ChangeLogs.writeFailing(shop, Damage.COMMITTED);
    try (HikariDataSource pool = shop.pool(1);
        Registration protection =
            LiquibaseGuard.protect(shop.guard(shop.backups(SqliteSource.of(pool))))) {
      Throwable failure =
          catchThrowable(() -> ChangeLogs.spring(shop, ChangeLogs.FILE, pool).afterPropertiesSet());

      assertThat(failure).isInstanceOf(LiquibaseException.class).hasMessageContaining("not_there");
      assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.RESTORED);
      assertThat(shop.content()).isEqualTo(before);
      ChangeLogs.writeCorrected(shop, Damage.COMMITTED);
      ChangeLogs.spring(shop, ChangeLogs.FILE, pool).afterPropertiesSet();
      assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.MIGRATED);
    }
  }

  @Test
  void checkThatFails_isTheUpdatesFailure_afterTheRestore() throws Exception {
    String before = shop.content();
    MigrationGuard guard =
        shop.guard()
            .withCheck(
                "orders",
                () -> {
                  throw new IllegalStateException("no orders");
                });
    try (Registration protection = LiquibaseGuard.protect(guard)) {
      Throwable failure = catchThrowable(this::update);

      assertThat(failure).isInstanceOf(LiquibaseException.class);
      assertThat(failure).hasRootCauseMessage("no orders");
      assertThat(failure).hasStackTraceContaining(MigrationFailedException.class.getName());
    }
    assertThat(shop.content()).isEqualTo(before);
    update();
    assertThat(shop.number("SELECT count(mail) FROM customers")).isEqualTo(40);
  }

  @Test
  void failureOutsideOfChangeSets_isUndone() throws Exception {
    String before = shop.content();
    shop.write(
        ChangeLogs.TASK_FILE,
        "databaseChangeLog:",
        "- preConditions: [{tableExists: {tableName: not_there}}]",
        "- changeSet: {id: 1, author: test, changes: [{sql: {sql: DROP VIEW totals}}]}");
    try (Registration protection = LiquibaseGuard.protect(shop.guard());
        Connection connection = shop.connect()) {
      Liquibase liquibase = ChangeLogs.task(shop, connection);
      assertThat(catchThrowable(liquibase::update)).isInstanceOf(LiquibaseException.class);
    }
    assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(shop.content()).isEqualTo(before);
  }

  @Test
  void backupThatCannotBeMade_endsTheUpdate_beforeItChangedAnything() throws Exception {
    String before = shop.content();
    Files.createFile(folder.resolve("backups"));
    try (Registration protection = LiquibaseGuard.protect(shop.guard())) {
      assertThat(catchThrowable(this::update)).isInstanceOf(LiquibaseException.class);
    }
    assertThat(shop.content()).isEqualTo(before);
  }

  private void updateWithAnError() throws Exception {
    AssertionError error = new AssertionError("out of luck");
    ChangeLogs.writeTask(
        shop,
        database -> {
          throw error;
        });
    try (Connection connection = shop.connect()) {
      Liquibase liquibase = ChangeLogs.task(shop, connection);
      assertThat(catchThrowable(liquibase::update)).isSameAs(error);
    }
  }

  @Test
  void updateThatThrowsAnError_isUndoneByTheNextUpdateOfTheThread() throws Exception {
    String before = shop.content();
    try (Registration protection = LiquibaseGuard.protect(shop.guard())) {
      updateWithAnError();
      assertThat(shop.content()).isNotEqualTo(before);
      assertThat(shop.backups().openPlans()).hasSize(1);

      update();

      assertThat(shop.reports())
          .extracting(MigrationReport::outcome)
          .containsExactly(Outcome.MIGRATED);
    }
    assertThat(shop.hasTable("totals")).isTrue();
    assertThat(shop.number("SELECT count(mail) FROM customers")).isEqualTo(40);
    assertThat(shop.backups().openPlans()).isEmpty();
  }

  /** An application may live on after an error, and serve. */
  @Test
  void whatIsWrittenLongAfterAnError_isNotUndoneUnasked() throws Exception {
    try (Registration protection = LiquibaseGuard.protect(shop.guard())) {
      updateWithAnError();
      awaitLastBeat();
      try (Connection connection = shop.connect()) {
        connection.createStatement().execute("UPDATE customers SET name = 'a later one'");
      }
      Files.setLastModifiedTime(
          shop.database(), FileTime.from(Instant.now().plus(Duration.ofHours(1))));

      assertThat(catchThrowable(this::update)).hasMessageContaining("changed after");
    }
    assertThat(shop.number("SELECT count(*) FROM customers WHERE name = 'a later one'"))
        .isEqualTo(40);
  }

  private void awaitLastBeat() {
    long limit = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith("backuphelper-heartbeat"))) {
      assertThat(System.nanoTime()).as("the heart still beats").isLessThan(limit);
      Thread.onSpinWait();
    }
  }

  /** An update comes with a connection, and that may be the first to read the database. */
  @Test
  void registration_resolvesWhatADeadProcessLeft() {
    String before = shop.content();
    GuardRequest request = new GuardRequest("died", OnCrash.RESTORE, Duration.ZERO, null);
    try (GuardedSection section = shop.backups().guard(request)) {
      section.protect();
      section.begin();
      shop.execute("DELETE FROM orders");
    }

    LiquibaseGuard.protect(shop.guard()).close();

    assertThat(shop.content()).isEqualTo(before);
    assertThat(shop.backups().openPlans()).isEmpty();
  }

  @Test
  void registration_leavesToAnUpdateWhatSomebodyHasToDecide() {
    GuardRequest request = new GuardRequest("died", OnCrash.STOP, Duration.ZERO, null);
    try (GuardedSection section = shop.backups().guard(request)) {
      section.protect();
      section.begin();
      shop.execute("DELETE FROM orders");
    }

    try (Registration protection = LiquibaseGuard.protect(shop.guard())) {
      assertThat(catchThrowable(this::update)).hasMessageContaining("not migrated: ");
    }

    assertThat(shop.number("SELECT count(*) FROM orders")).isZero();
    assertThat(shop.backups().openPlans()).hasSize(1);
  }

  @Test
  void updateInsideAnUpdate_isGuardedOnce() throws Exception {
    ChangeLogs.writeTask(
        shop,
        database -> {
          try (Connection inner = shop.connect()) {
            assertThat(ActiveUpdates.cover(List.of(shop.database()))).isTrue();
            inner.createStatement().close();
          }
        });
    try (Registration protection = LiquibaseGuard.protect(shop.guard());
        Connection connection = shop.connect()) {
      ChangeLogs.task(shop, connection).update();
    }
    assertThat(ActiveUpdates.cover(List.of(shop.database()))).isFalse();
    assertThat(shop.reports()).hasSize(1);
  }

  /** A listener that counts the change sets that ran. */
  private static final class Ran extends AbstractChangeExecListener {
    private int count;

    @Override
    public void ran(
        ChangeSet changeSet,
        DatabaseChangeLog changeLog,
        Database database,
        ChangeSet.ExecType execType) {
      count++;
    }
  }

  @Test
  void listenersOfTheCaller_areTold() throws Exception {
    Ran plain = new Ran();
    Ran within = new Ran();
    DefaultChangeExecListener several = new DefaultChangeExecListener(within);
    try (Registration protection = LiquibaseGuard.protect(shop.guard());
        Connection connection = shop.connect()) {
      Liquibase first = ChangeLogs.liquibase(shop, connection);
      first.setChangeExecListener(plain);
      first.update();
      ChangeLogs.writeFailing(shop, Damage.COMMITTED);
      Liquibase second = ChangeLogs.liquibase(shop, connection);
      second.setChangeExecListener(several);
      assertThat(catchThrowable(second::update)).isInstanceOf(LiquibaseException.class);
    }

    assertThat(plain.count).isEqualTo(1);
    assertThat(within.count).isZero();
    assertThat(several.getListeners()).containsExactly(within);
    assertThat(shop.reports())
        .extracting(MigrationReport::outcome)
        .containsExactly(Outcome.MIGRATED, Outcome.RESTORED);
  }
}
