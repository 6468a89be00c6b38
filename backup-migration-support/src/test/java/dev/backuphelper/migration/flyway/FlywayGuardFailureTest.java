package dev.backuphelper.migration.flyway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.backuphelper.migration.MigrationFailedException;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.migration.fixture.AllOrNothing;
import dev.backuphelper.migration.fixture.Content;
import dev.backuphelper.migration.fixture.Damage;
import dev.backuphelper.migration.fixture.Shop;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.migration.BaseJavaMigration;
import org.flywaydb.core.api.migration.Context;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Migrations that fail, in every way, in both journal modes, with pools of several sizes. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FlywayGuardFailureTest {
  @TempDir Path folder;
  private Shop shop;

  @BeforeEach
  void makeShop() {
    shop = new Shop(folder);
  }

  @ParameterizedTest(name = "{0}, pool of {1}, {2}")
  @MethodSource("dev.backuphelper.migration.fixture.AllOrNothing#cases")
  void migrationThatFails_leavesNothing_andRunsOnceCorrected(String mode, int size, Damage damage)
      throws Exception {
    shop.fill(mode);
    AllOrNothing.require(FlywayWay.GUARD, shop, size, damage);
  }

  @ParameterizedTest
  @EnumSource(names = {"JOURNAL_MODE", "VACUUM", "COMMITTED"})
  void migrationThatFails_withoutAPool_leavesNothing(Damage damage) throws Exception {
    shop.fill("delete");
    String before = shop.content();
    FlywayWay.GUARD.write(shop, damage, damage.failing());

    Throwable failure =
        catchThrowable(() -> FlywayGuard.migrate(FlywayFiles.onUrl(shop), shop.guard()));

    AllOrNothing.requireRestored(shop, failure, before);
    FlywayWay.GUARD.write(shop, damage, damage.corrected());
    FlywayGuard.migrate(FlywayFiles.onUrl(shop), shop.guard());
    assertThat(shop.hasTable("done")).isTrue();
  }

  @Test
  void journalModeThatChanged_isBack_ifACheckFailsWhileThePoolHasTheLogOpen() throws Exception {
    shop.fill("delete");
    String before = shop.content();
    FlywayWay.GUARD.write(shop, Damage.JOURNAL_MODE, Damage.JOURNAL_MODE.corrected());

    try (HikariDataSource pool = shop.pool(2)) {
      MigrationGuard guard =
          shop.guard()
              .withCheck(
                  "mail",
                  () -> {
                    readWithAll(pool, 2);
                    refuse();
                  });
      Throwable failure =
          catchThrowable(() -> FlywayGuard.migrate(FlywayFiles.on(shop, pool), guard));

      AllOrNothing.requireRestored(shop, failure, before);
      assertThat(shop.warnings()).isEmpty();
      assertThat(pool.getMinimumIdle()).isEqualTo(2);
      FlywayGuard.migrate(FlywayFiles.on(shop, pool), shop.guard());
      assertThat(shop.hasTable("done")).isTrue();
    }
  }

  private static void readWithAll(HikariDataSource pool, int size) throws SQLException {
    List<Connection> all = new ArrayList<>();
    for (int number = 0; number < size; number++) {
      all.add(pool.getConnection());
    }
    for (Connection connection : all) {
      Content.number(connection, "SELECT count(*) FROM orders");
      connection.close();
    }
  }

  @Test
  void journalModeThatChanged_whileSomebodyElseHasTheLogOpen_staysAndIsTold() throws Exception {
    shop.fill("delete");
    String before = shop.content();
    FlywayWay.GUARD.write(shop, Damage.JOURNAL_MODE, Damage.JOURNAL_MODE.corrected());

    try (HikariDataSource pool = shop.pool(1);
        Connection unrelated = shop.connect()) {
      MigrationGuard guard =
          shop.guard()
              .withCheck(
                  "mail",
                  () -> {
                    Content.number(unrelated, "SELECT count(*) FROM orders");
                    refuse();
                  });
      Throwable failure =
          catchThrowable(() -> FlywayGuard.migrate(FlywayFiles.on(shop, pool), guard));

      MigrationReport report = MigrationReport.of(failure).orElseThrow();
      String warning =
          shop.database() + " is open elsewhere, so its journal mode stays as it is now";
      assertThat(report.outcome()).isEqualTo(Outcome.RESTORED);
      assertThat(report.warnings()).contains(warning);
      assertThat(failure).hasMessageContaining(warning);
      assertThat(Content.of(unrelated))
          .isEqualTo(before.replace("journal_mode = [delete]", "journal_mode = [wal]"));
    }
  }

  @Test
  void pageSizeThatChanged_underALog_isBack_althoughAPoolIsOpen() throws Exception {
    shop.fill("wal");
    String before = shop.content();
    shop.write("V2__first.sql", Damage.FIRST);
    shop.write(
        "V3__second.sql",
        "PRAGMA journal_mode=DELETE;",
        "PRAGMA page_size=8192;",
        "VACUUM;",
        "PRAGMA journal_mode=WAL;",
        "INSERT INTO not_there VALUES (1);");
    shop.write("V3__second.sql.conf", "executeInTransaction=false");

    try (HikariDataSource pool = shop.pool(1)) {
      Throwable failure =
          catchThrowable(() -> FlywayGuard.migrate(FlywayFiles.on(shop, pool), shop.guard()));

      assertThat(failure).hasMessageContaining("not_there");
      AllOrNothing.requireRestored(shop, failure, before);
    }
  }

  /** A migration in Java that fails with something that is no SQL exception. */
  private static final class V3__Java extends BaseJavaMigration {
    private final Act act;

    private interface Act {
      void run() throws Exception;
    }

    V3__Java(Act act) {
      this.act = act;
    }

    @Override
    public boolean canExecuteInTransaction() {
      return false;
    }

    @Override
    public void migrate(Context context) throws Exception {
      try (Statement statement = context.getConnection().createStatement()) {
        statement.execute("DELETE FROM orders");
      }
      act.run();
    }
  }

  private Throwable failureOf(V3__Java.Act act) {
    shop.write("V2__first.sql", Damage.FIRST);
    Flyway flyway =
        FlywayFiles.configure(shop)
            .dataSource(shop.url(), null, null)
            .javaMigrations(new V3__Java(act))
            .load();
    return catchThrowable(() -> FlywayGuard.migrate(flyway, shop.guard()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void migrationThatThrowsAnError_leavesNothing(String mode) throws Exception {
    shop.fill(mode);
    String before = shop.content();
    AssertionError error = new AssertionError("out of luck");

    Throwable failure =
        failureOf(
            () -> {
              throw error;
            });

    assertThat(failure).isSameAs(error);
    AllOrNothing.requireRestored(shop, failure, before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void migrationThatIsInterrupted_leavesNothing_andStaysInterrupted(String mode) throws Exception {
    shop.fill(mode);
    String before = shop.content();

    Throwable failure =
        failureOf(
            () -> {
              Thread.currentThread().interrupt();
              throw new InterruptedException("stop");
            });

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure).hasRootCauseInstanceOf(InterruptedException.class);
    AllOrNothing.requireRestored(shop, failure, before);
  }

  @Test
  void failureAfterTheLastMigration_leavesNothing() throws Exception {
    shop.fill("wal");
    String before = shop.content();
    shop.write("V2__first.sql", Damage.FIRST);
    IllegalStateException thrown = new IllegalStateException("late");
    Flyway flyway =
        FlywayFiles.configure(shop)
            .dataSource(shop.url(), null, null)
            .callbacks(
                new TestCallback(
                        context -> {
                          throw thrown;
                        },
                        Event.AFTER_MIGRATE)
                    .callback())
            .load();

    Throwable failure = catchThrowable(() -> FlywayGuard.migrate(flyway, shop.guard()));

    assertThat(failure).hasCause(thrown);
    AllOrNothing.requireRestored(shop, failure, before);
  }

  @Test
  void checkThatFails_leavesNothing() throws Exception {
    shop.fill("wal");
    String before = shop.content();
    shop.write("V2__first.sql", Damage.FIRST);

    Throwable failure =
        catchThrowable(
            () ->
                FlywayGuard.migrate(
                    FlywayFiles.onUrl(shop),
                    shop.guard().withCheck("mail", FlywayGuardFailureTest::refuse)));

    assertThat(failure)
        .isInstanceOf(MigrationFailedException.class)
        .hasMessageContaining("no mail");
    AllOrNothing.requireRestored(shop, failure, before);
  }

  private static void refuse() throws SQLException {
    throw new SQLException("no mail");
  }
}
