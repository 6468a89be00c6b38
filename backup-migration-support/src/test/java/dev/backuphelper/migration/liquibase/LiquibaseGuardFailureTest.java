package dev.backuphelper.migration.liquibase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.migration.fixture.Content;
import dev.backuphelper.migration.fixture.Damage;
import dev.backuphelper.migration.fixture.Shop;
import dev.backuphelper.migration.liquibase.LiquibaseGuard.Registration;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import liquibase.Liquibase;
import liquibase.exception.LiquibaseException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Updates that fail, in every way, in both journal modes, with pools of several sizes. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LiquibaseGuardFailureTest {
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

  /** Every damage with a pool of one; the sizes that differ, with the worst of them. */
  static Stream<Arguments> cases() {
    return Stream.of("delete", "wal").flatMap(LiquibaseGuardFailureTest::casesIn);
  }

  private static Stream<Arguments> casesIn(String mode) {
    return Stream.concat(
        Arrays.stream(Damage.values()).map(damage -> Arguments.of(mode, 1, damage)),
        Stream.of(
            Arguments.of(mode, 2, Damage.IN_A_TRANSACTION),
            Arguments.of(mode, 2, Damage.COMMITTED),
            Arguments.of(mode, 2, Damage.JOURNAL_MODE),
            Arguments.of(mode, 10, Damage.IN_A_TRANSACTION),
            Arguments.of(mode, 10, Damage.COMMITTED),
            Arguments.of(mode, 10, Damage.JOURNAL_MODE)));
  }

  private interface Update {
    void run(Connection connection, MigrationGuard guard) throws LiquibaseException;
  }

  private void requireAllOrNothing(int size, Damage damage, Update update) throws Exception {
    String before = shop.content();
    ChangeLogs.writeFailing(shop, damage);
    try (HikariDataSource pool = shop.pool(size);
        Connection unrelated = shop.connect()) {
      Content.number(unrelated, "SELECT count(*) FROM orders");
      // Of Liquibase's own connection the guard knows.
      MigrationGuard guard = size == 1 ? shop.guard() : shop.guard().withPool(pool);
      Throwable failure;
      try (Connection connection = pool.getConnection()) {
        failure = catchThrowable(() -> update.run(connection, guard));
      }

      assertThat(failure).isInstanceOf(LiquibaseException.class).hasMessageContaining("not_there");
      assertThat(shop.lastReport().outcome())
          .as("%s", (Object) failure.getSuppressed())
          .isEqualTo(Outcome.RESTORED);
      assertThat(shop.lastReport().safetyBackup()).isPresent();
      assertThat(Content.of(unrelated)).isEqualTo(before);
      assertThat(shop.content()).isEqualTo(before);
      assertThat(shop.leftBeside()).isEmpty();
      assertThat(reportIn(failure)).isEqualTo(shop.lastReport());

      ChangeLogs.writeCorrected(shop, damage);
      try (Connection connection = pool.getConnection()) {
        update.run(connection, guard);
      }
      assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.MIGRATED);
      assertThat(Content.number(unrelated, "SELECT count(mail) FROM customers")).isEqualTo(40);
      assertThat(shop.hasTable("done")).isTrue();
    }
  }

  private static MigrationReport reportIn(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (MigrationReport.of(cause).isPresent()) {
        return MigrationReport.of(cause).get();
      }
    }
    throw new AssertionError("no report in it", failure);
  }

  @ParameterizedTest(name = "{0}, pool of {1}, {2}")
  @MethodSource("cases")
  void updateThroughTheGuard_isAllOrNothing(String mode, int size, Damage damage) throws Exception {
    shop.fill(mode);
    requireAllOrNothing(
        size,
        damage,
        (connection, guard) ->
            LiquibaseGuard.update(ChangeLogs.liquibase(shop, connection), guard));
  }

  @ParameterizedTest(name = "{0}, pool of {1}, {2}")
  @MethodSource("cases")
  void updateOfOthers_isAllOrNothing(String mode, int size, Damage damage) throws Exception {
    shop.fill(mode);
    requireAllOrNothing(
        size,
        damage,
        (connection, guard) -> {
          try (Registration protection = LiquibaseGuard.protect(guard)) {
            ChangeLogs.liquibase(shop, connection).update();
          }
        });
  }

  /** What Liquibase's own connection alone cannot do. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void journalModeThatChanged_isBack_althoughOthersOfThePoolHaveTheLogOpen(boolean byOthers)
      throws Exception {
    shop.fill("delete");
    String before = shop.content();
    try (HikariDataSource pool = shop.pool(2)) {
      ChangeLogs.writeTask(
          shop,
          database -> {
            try (Connection other = pool.getConnection();
                Connection switching = shop.connect()) {
              Content.rows(switching, "PRAGMA journal_mode=WAL");
              Content.number(other, "SELECT count(*) FROM orders");
            }
            throw new IllegalStateException("out of luck");
          });
      MigrationGuard guard = shop.guard().withPool(pool);
      Throwable failure;
      try (Connection connection = pool.getConnection();
          Registration protection = byOthers ? LiquibaseGuard.protect(guard) : () -> {}) {
        Liquibase liquibase = ChangeLogs.task(shop, connection);
        failure =
            catchThrowable(
                () -> {
                  if (byOthers) {
                    liquibase.update();
                  } else {
                    LiquibaseGuard.update(liquibase, guard);
                  }
                });
      }

      assertThat(failure).hasStackTraceContaining("out of luck");
      assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.RESTORED);
      assertThat(shop.lastReport().warnings()).isEmpty();
      assertThat(shop.content()).isEqualTo(before);
    }
  }
}
