package dev.backuphelper.migration.flyway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.migration.fixture.Damage;
import dev.backuphelper.migration.fixture.Shop;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GuardedFlywayTest {
  @TempDir Path folder;
  private Shop shop;

  @BeforeEach
  void makeShop() {
    shop = new Shop(folder).fill("wal");
    shop.write("V2__first.sql", Damage.FIRST);
  }

  @Test
  void migrate_isGuarded() {
    Flyway flyway = GuardedFlyway.of(FlywayFiles.onUrl(shop), shop.guard());

    assertThat(flyway.migrate().migrationsExecuted).isEqualTo(1);
    assertThat(flyway.migrate().migrationsExecuted).isZero();

    assertThat(shop.reports())
        .extracting(MigrationReport::outcome)
        .containsExactly(Outcome.MIGRATED, Outcome.NOTHING_PENDING);
  }

  @Test
  void migrate_thatFails_isUndone() {
    String before = shop.content();
    shop.write("V3__second.sql", Damage.COMMITTED.failing());
    Flyway flyway = GuardedFlyway.of(FlywayFiles.onUrl(shop).getConfiguration(), shop.guard());

    Throwable failure = catchThrowable(flyway::migrate);

    assertThat(failure).isInstanceOf(FlywayException.class);
    assertThat(MigrationReport.of(failure)).isPresent();
    assertThat(shop.content()).isEqualTo(before);
  }

  @Test
  void migrate_throughAnotherGuard_isGuardedOnce_byThatOne() {
    Shop other = new Shop(folder);
    Flyway flyway = GuardedFlyway.of(FlywayFiles.onUrl(shop), other.guard());

    FlywayGuard.migrate(flyway, shop.guard());

    assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(other.reports()).isEmpty();
    assertThat(shop.backupsMade()).hasSize(1);
  }

  @Test
  void otherCommands_areFlywaysOwn() {
    Flyway flyway = GuardedFlyway.of(FlywayFiles.onUrl(shop), shop.guard());

    flyway.baseline();

    assertThat(flyway.info().current().getVersion().getVersion()).isEqualTo("1");
    assertThat(shop.reports()).isEmpty();
  }
}
