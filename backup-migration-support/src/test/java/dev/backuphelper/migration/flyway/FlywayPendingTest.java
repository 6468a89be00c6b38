package dev.backuphelper.migration.flyway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.LockedException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.migration.GuardPolicy;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.migration.MigrationSession;
import dev.backuphelper.migration.fixture.Damage;
import dev.backuphelper.migration.fixture.Shop;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.output.MigrateResult;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as pending, and what is refused. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FlywayPendingTest {
  @TempDir Path folder;
  private Shop shop;

  @BeforeEach
  void makeShop() {
    shop = new Shop(folder);
  }

  /** Fills the shop, and brings it to version 2. */
  private void migrateOnce() {
    shop.fill("wal");
    shop.write("V2__first.sql", Damage.FIRST);
    FlywayFiles.onUrl(shop).migrate();
  }

  private Outcome outcomeOf(Flyway flyway) {
    FlywayGuard.migrate(flyway, shop.guard());
    return shop.lastReport().outcome();
  }

  private Flyway flyway(Callback... callbacks) {
    return FlywayFiles.configure(shop)
        .dataSource(shop.url(), null, null)
        .callbacks(callbacks)
        .load();
  }

  @Test
  void nothingPending_isMigratedWithoutABackup() {
    migrateOnce();

    MigrateResult result = FlywayGuard.migrate(FlywayFiles.onUrl(shop), shop.guard());

    assertThat(result.migrationsExecuted).isZero();
    assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.NOTHING_PENDING);
    assertThat(shop.backupsMade()).isEmpty();
  }

  @Test
  void pendingMigrations_areMigratedAfterABackup() {
    migrateOnce();
    shop.write("V3__more.sql", "CREATE TABLE more(x);");
    shop.write("V4__most.sql", "CREATE TABLE most(x);");

    MigrateResult result = FlywayGuard.migrate(FlywayFiles.onUrl(shop), shop.guard());

    assertThat(result.migrationsExecuted).isEqualTo(2);
    assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(shop.backupsMade())
        .singleElement()
        .satisfies(backup -> assertThat(backup.manifest().operation()).isEqualTo("flyway"));
  }

  @Test
  void repeatableMigration_isPendingWhenItIsNewOrChanged() {
    migrateOnce();
    shop.write("R__view.sql", "CREATE VIEW IF NOT EXISTS names AS SELECT name FROM customers;");

    assertThat(outcomeOf(FlywayFiles.onUrl(shop))).isEqualTo(Outcome.MIGRATED);
    assertThat(outcomeOf(FlywayFiles.onUrl(shop))).isEqualTo(Outcome.NOTHING_PENDING);
    shop.write("R__view.sql", "DROP VIEW names;");
    assertThat(outcomeOf(FlywayFiles.onUrl(shop))).isEqualTo(Outcome.MIGRATED);
  }

  /** Versions before 12 can be told to remove everything then. */
  @Test
  void migrationThatChangedSince_neverCostsWhatIsThere() throws Exception {
    migrateOnce();
    shop.write("V2__first.sql", "INSERT INTO not_there VALUES (1);");
    String before = shop.content();
    FluentConfiguration configuration =
        FlywayFiles.configure(shop).dataSource(shop.url(), null, null).cleanDisabled(false);
    boolean cleans = false;
    for (Method method : FluentConfiguration.class.getMethods()) {
      if (method.getName().equals("cleanOnValidationError")) {
        method.invoke(configuration, true);
        cleans = true;
      }
    }

    assertThat(catchThrowable(() -> FlywayGuard.migrate(configuration.load(), shop.guard())))
        .isInstanceOf(FlywayException.class);

    assertThat(shop.lastReport().outcome())
        .isEqualTo(cleans ? Outcome.RESTORED : Outcome.NOTHING_PENDING);
    assertThat(shop.content()).isEqualTo(before);
  }

  @Test
  void missingHistory_isPending_becauseABaselineIsWritten() {
    shop.fill("wal");

    assertThat(outcomeOf(FlywayFiles.onUrl(shop))).isEqualTo(Outcome.MIGRATED);
    assertThat(shop.number("SELECT count(*) FROM flyway_schema_history")).isEqualTo(1);
    assertThat(outcomeOf(FlywayFiles.onUrl(shop))).isEqualTo(Outcome.NOTHING_PENDING);
  }

  @Test
  void migrationsAboveTheTarget_areNotPending_andTheTargetIsInTheLabel() {
    migrateOnce();
    shop.write("V3__more.sql", "CREATE TABLE more(x);");
    FluentConfiguration configuration =
        FlywayFiles.configure(shop).dataSource(shop.url(), null, null);

    assertThat(outcomeOf(configuration.target("2").load())).isEqualTo(Outcome.NOTHING_PENDING);
    assertThat(shop.lastReport().label()).isEqualTo("flyway-2");
    assertThat(outcomeOf(configuration.target(MigrationVersion.NEXT).load()))
        .isEqualTo(Outcome.MIGRATED);
    assertThat(shop.lastReport().label()).isEqualTo("flyway-next");
    assertThat(outcomeOf(configuration.target(MigrationVersion.CURRENT).load()))
        .isEqualTo(Outcome.NOTHING_PENDING);
    assertThat(shop.lastReport().label()).isEqualTo("flyway-current");
  }

  @Test
  void label_isTheOneGiven() {
    migrateOnce();

    FlywayGuard.migrate(FlywayFiles.onUrl(shop), shop.guard(), "orders v42");

    assertThat(shop.lastReport().label()).isEqualTo("orders v42");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"afterMigrate.sql", "beforeMigrate__why.sql", "deep/er/afterVersioned.sql"})
  void callbackFileThatRunsIdle_isPending(String name) {
    migrateOnce();
    shop.write(name, "UPDATE customers SET note = 'called';");

    assertThat(outcomeOf(FlywayFiles.onUrl(shop))).isEqualTo(Outcome.MIGRATED);
    assertThat(shop.number("SELECT count(*) FROM customers WHERE note = 'called'")).isEqualTo(40);
    assertThat(shop.backupsMade()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"afterEachMigrate.sql", "beforeClean.sql", "afterMigrateError.sql", "notes.txt"})
  void otherFile_isNotPending(String name) {
    migrateOnce();
    shop.write(name, "UPDATE customers SET note = 'called';");

    assertThat(outcomeOf(FlywayFiles.onUrl(shop))).isEqualTo(Outcome.NOTHING_PENDING);
  }

  private static void write(Context context) throws SQLException {
    try (Statement statement = context.getConnection().createStatement()) {
      statement.execute("UPDATE customers SET note = 'called'");
    }
  }

  @Test
  void callbackThatRunsIdle_isPending_andIsNotCalledBeforeTheBackup() {
    migrateOnce();
    TestCallback callback =
        new TestCallback(
            FlywayPendingTest::write, Event.BEFORE_MIGRATE, Event.BEFORE_INFO, Event.AFTER_INFO);

    assertThat(outcomeOf(flyway(callback.callback()))).isEqualTo(Outcome.MIGRATED);
    assertThat(callback.calls()).isEqualTo(1);
  }

  @Test
  void callbackOfInfoAlone_isNeitherPendingNorCalled() {
    migrateOnce();
    TestCallback callback =
        new TestCallback(FlywayPendingTest::write, Event.BEFORE_INFO, Event.AFTER_EACH_MIGRATE);

    assertThat(outcomeOf(flyway(callback.callback()))).isEqualTo(Outcome.NOTHING_PENDING);
    assertThat(callback.calls()).isZero();
  }

  @Test
  void callbackThatDoesNotSay_isPending() {
    migrateOnce();
    AnyVersionCallback.Handler handler =
        new AnyVersionCallback.Handler() {
          @Override
          public String name() {
            return "silent";
          }

          @Override
          public boolean supports(Event event) {
            throw new IllegalStateException("not now");
          }

          @Override
          public void handle(Event event, Context context) {}
        };
    Configuration configuration = flyway(AnyVersionCallback.of(handler)).getConfiguration();

    assertThat(IdleCallbacks.areConfigured(configuration)).isTrue();
  }

  @Test
  void safetyBackupCallback_isNotPending() {
    migrateOnce();

    assertThat(outcomeOf(flyway(SafetyBackupCallback.of(shop.backups()))))
        .isEqualTo(Outcome.NOTHING_PENDING);
  }

  @Test
  void locationForCallbacksAlone_isPending_whereFlywayHasSuch() throws Exception {
    migrateOnce();
    FluentConfiguration configuration =
        FlywayFiles.configure(shop).dataSource(shop.url(), null, null);
    boolean known =
        Arrays.stream(FluentConfiguration.class.getMethods())
            .anyMatch(method -> method.getName().equals("callbackLocations"));
    if (known) {
      FluentConfiguration.class
          .getMethod("callbackLocations", String[].class)
          .invoke(configuration, (Object) new String[] {"filesystem:" + folder.resolve("calls")});
    }

    assertThat(outcomeOf(configuration.load()))
        .isEqualTo(known ? Outcome.MIGRATED : Outcome.NOTHING_PENDING);
  }

  @Test
  void rowOfAFailedMigration_endsInFlywaysOwnError_andChangesNothing() {
    shop.fill("wal");
    shop.write("V2__first.sql", Damage.COMMITTED.failing());
    shop.write("V2__first.sql.conf", "executeInTransaction=false");
    assertThat(catchThrowable(() -> FlywayFiles.onUrl(shop).migrate()))
        .isInstanceOf(FlywayException.class);
    assertThat(shop.number("SELECT count(*) FROM flyway_schema_history WHERE success = 0"))
        .isEqualTo(1);
    String before = shop.content();

    assertThatThrownBy(() -> FlywayGuard.migrate(FlywayFiles.onUrl(shop), shop.guard()))
        .isInstanceOf(FlywayException.class)
        .hasMessageContaining("failed");

    assertThat(shop.content()).isEqualTo(before);
    assertThat(shop.backupsMade()).isEmpty();
  }

  @Test
  void rowOfAFailedMigration_isGoneAfterTheRestore_soThatNoRepairIsNeeded() {
    shop.fill("wal");
    shop.write("V2__first.sql", Damage.COMMITTED.failing());
    shop.write("V2__first.sql.conf", "executeInTransaction=false");
    assertThat(catchThrowable(() -> FlywayGuard.migrate(FlywayFiles.onUrl(shop), shop.guard())))
        .isInstanceOf(FlywayException.class);
    shop.write("V2__first.sql", Damage.COMMITTED.corrected());

    assertThat(outcomeOf(FlywayFiles.onUrl(shop))).isEqualTo(Outcome.MIGRATED);
  }

  @Test
  void missingDatabase_isMissingAgain() throws Exception {
    shop.write("V1__shop.sql", "CREATE TABLE shops(x);");
    shop.write("V2__fault.sql", "INSERT INTO not_there VALUES (1);");

    assertThat(catchThrowable(() -> FlywayGuard.migrate(FlywayFiles.onUrl(shop), shop.guard())))
        .isInstanceOf(FlywayException.class);

    assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(shop.lastReport().safetyBackup()).isEmpty();
    assertThat(shop.database()).doesNotExist();
    shop.write("V2__fault.sql", "INSERT INTO shops VALUES (1);");
    assertThat(outcomeOf(FlywayFiles.onUrl(shop))).isEqualTo(Outcome.MIGRATED);
    assertThat(shop.number("SELECT count(*) FROM shops")).isEqualTo(1);
  }

  @Test
  void emptyDatabase_behindAPool_isEmptyAgain() throws Exception {
    shop.write("V1__shop.sql", "CREATE TABLE shops(x);");
    shop.write("V2__fault.sql", "INSERT INTO not_there VALUES (1);");

    try (HikariDataSource pool = shop.pool(1)) {
      pool.getConnection().close();
      assertThat(
              catchThrowable(() -> FlywayGuard.migrate(FlywayFiles.on(shop, pool), shop.guard())))
          .isInstanceOf(FlywayException.class);

      assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.RESTORED);
      assertThat(Files.size(shop.database())).isZero();
      shop.write("V2__fault.sql", "INSERT INTO shops VALUES (1);");
      assertThat(outcomeOf(FlywayFiles.on(shop, pool))).isEqualTo(Outcome.MIGRATED);
    }
  }

  @Test
  void guardMadeOfThePoolOfOne_isEnough() {
    migrateOnce();
    shop.write("V3__more.sql", "CREATE TABLE more(x);");

    try (HikariDataSource pool = shop.pool(1)) {
      FlywayGuard.migrate(
          FlywayFiles.on(shop, pool), shop.guard(shop.backups(SqliteSource.of(pool))));
    }

    assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.MIGRATED);
  }

  @Test
  void databaseThatIsLockedByAnotherGuard_isNotTouched() throws Exception {
    migrateOnce();
    CountingDataSource counting = new CountingDataSource(shop.url());
    Flyway flyway = FlywayFiles.on(shop, counting);
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      MigrationSession held = other.submit(() -> shop.guard().open("other")).get();
      assertThatThrownBy(
              () ->
                  FlywayGuard.migrate(
                      flyway,
                      shop.guard().withPolicy(GuardPolicy.restoring().withPatience(Duration.ZERO))))
          .isInstanceOf(LockedException.class)
          .hasMessageContaining("migration other");
      assertThat(counting.opened()).isZero();
      other.submit(held::succeed).get();
      other.submit(held::close).get();
    } finally {
      other.shutdown();
      assertThat(other.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void databaseOfAnotherEngine_isRefused() {
    shop.fill("wal");
    String before = shop.content();
    JdbcDataSource h2 = new JdbcDataSource();
    h2.setURL("jdbc:h2:mem:flyway");

    assertThatThrownBy(() -> FlywayGuard.migrate(FlywayFiles.on(shop, h2), shop.guard()))
        .isInstanceOf(RefusedException.class)
        .hasMessage("Flyway works on H2, which this guard cannot restore");

    assertThat(shop.content()).isEqualTo(before);
    assertThat(shop.backupsMade()).isEmpty();
  }

  @Test
  void databaseInMemory_isRefused() {
    shop.fill("wal");
    Flyway flyway =
        FlywayFiles.configure(shop).dataSource("jdbc:sqlite::memory:", null, null).load();

    assertThatThrownBy(() -> FlywayGuard.migrate(flyway, shop.guard()))
        .isInstanceOf(RefusedException.class)
        .hasMessage("Flyway works on a database in memory, which cannot be backed up");
  }

  @Test
  void databaseThatTheGuardDoesNotProtect_isRefused_andNotMade() {
    shop.fill("wal");
    Path other = folder.resolve("other.db");
    Flyway flyway =
        FlywayFiles.configure(shop).dataSource("jdbc:sqlite:" + other, null, null).load();

    assertThatThrownBy(() -> FlywayGuard.migrate(flyway, shop.guard()))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "Flyway works on %s, but the guard protects [%s]".formatted(other, shop.database()));

    assertThat(other).doesNotExist();
    assertThat(shop.backupsMade()).isEmpty();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
  void databaseBehindALink_isTheSame() throws Exception {
    migrateOnce();
    shop.write("V3__more.sql", "CREATE TABLE more(x);");
    Path link = Files.createSymbolicLink(folder.resolve("link.db"), shop.database());
    Flyway flyway =
        FlywayFiles.configure(shop).dataSource("jdbc:sqlite:" + link, null, null).load();

    assertThat(outcomeOf(flyway)).isEqualTo(Outcome.MIGRATED);
  }

  @Test
  void noDatabase_isAnError() {
    shop.fill("wal");

    assertThatThrownBy(() -> FlywayGuard.migrate(FlywayFiles.configure(shop).load(), shop.guard()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("Flyway is configured for no database");
  }
}
