package dev.backuphelper.migration.liquibase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.migration.fixture.AllOrNothing;
import dev.backuphelper.migration.fixture.Content;
import dev.backuphelper.migration.fixture.Damage;
import dev.backuphelper.migration.fixture.Shop;
import dev.backuphelper.migration.liquibase.LiquibaseGuard.Registration;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.TimeUnit;
import liquibase.Liquibase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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

  @ParameterizedTest(name = "{0}, pool of {1}, {2}")
  @MethodSource("dev.backuphelper.migration.fixture.AllOrNothing#cases")
  void updateThroughTheGuard_isAllOrNothing(String mode, int size, Damage damage) throws Exception {
    shop.fill(mode);
    AllOrNothing.require(LiquibaseWay.GUARD, shop, size, damage);
  }

  @ParameterizedTest(name = "{0}, pool of {1}, {2}")
  @MethodSource("dev.backuphelper.migration.fixture.AllOrNothing#cases")
  void updateOfOthers_isAllOrNothing(String mode, int size, Damage damage) throws Exception {
    shop.fill(mode);
    AllOrNothing.require(LiquibaseWay.CALLED_BY_OTHERS, shop, size, damage);
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
