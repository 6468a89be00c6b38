package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.backuphelper.BackupHelper;
import dev.backuphelper.GuardRequest;
import dev.backuphelper.GuardedSection;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.migration.fixture.Absent;
import dev.backuphelper.migration.fixture.Shop;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteDataSource;

/** Pools whose connections keep a database from getting its former settings back. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PooledConnectionsTest {
  @TempDir Path folder;
  private Shop shop;

  @BeforeEach
  void makeShop() {
    shop = new Shop(folder).fill("delete");
  }

  /** Brings in a log, has the whole pool open it, and fails. */
  private void failWithALog(MigrationGuard guard, DataSource pool) {
    assertThatThrownBy(
            () ->
                guard.run(
                    "log",
                    () -> {
                      shop.execute("PRAGMA journal_mode=WAL", "DELETE FROM orders");
                      try (Connection one = pool.getConnection();
                          Connection other = pool.getConnection()) {
                        one.createStatement().executeQuery("SELECT * FROM orders").close();
                        other.createStatement().executeQuery("SELECT * FROM orders").close();
                      }
                      throw new SQLException("out of luck");
                    }))
        .isInstanceOf(SQLException.class);
    assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.RESTORED);
  }

  @Test
  void poolOfTheGuard_givesTheLogUp_andServesAgain() throws Exception {
    String before = shop.content();
    try (HikariDataSource pool = shop.pool(2)) {
      failWithALog(shop.guard().withPool(pool), pool);

      assertThat(shop.content()).isEqualTo(before);
      assertThat(shop.lastReport().warnings()).isEmpty();
      assertThat(pool.getMinimumIdle()).isEqualTo(2);
      try (Connection connection = pool.getConnection()) {
        assertThat(connection.isValid(1)).isTrue();
      }
    }
  }

  @Test
  void poolThatNobodyNamed_keepsTheLog_andTheReportSaysSo() {
    try (HikariDataSource pool = shop.pool(2)) {
      failWithALog(shop.guard(), pool);

      assertThat(shop.content()).contains("journal_mode = [wal]");
      assertThat(shop.lastReport().warnings())
          .containsExactly(
              shop.database() + " is open elsewhere, so its journal mode stays as it is now");
    }
  }

  @Test
  void poolBehindAnotherDataSource_givesTheLogUp() {
    String before = shop.content();
    try (HikariDataSource pool = shop.pool(2)) {
      DataSource wrapping =
          (DataSource)
              Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {DataSource.class},
                  (proxy, method, arguments) -> method.invoke(pool, arguments));
      failWithALog(shop.guard().withPool(wrapping), pool);

      assertThat(shop.content()).isEqualTo(before);
    }
  }

  @Test
  void poolThatIsClosed_orWasNeverOpened_isLeftAlone() {
    HikariDataSource closed = shop.pool(1);
    closed.close();
    SQLiteDataSource plain = new SQLiteDataSource();
    plain.setUrl(shop.url());
    MigrationGuard guard =
        shop.guard().withPool(closed).withPool(new HikariDataSource()).withPool(plain);
    String before = shop.content();

    failWithALog(guard, plain);

    assertThat(shop.content()).isEqualTo(before);
    assertThat(shop.lastReport().warnings()).isEmpty();
  }

  @Test
  void releaseThatFails_isAWarning_andTheOthersAreTakenBack() {
    String before = shop.content();
    try (HikariDataSource pool = shop.pool(2)) {
      MigrationGuard guard =
          shop.guard()
              .withPool(pool)
              .withRelease(
                  () -> {
                    throw new IOException("no");
                  });
      failWithALog(guard, pool);

      assertThat(shop.content().replace("[wal]", "[delete]")).isEqualTo(before);
      assertThat(shop.lastReport().warnings())
          .contains("open connections could not be let go: java.io.IOException: no");
      assertThat(pool.getMinimumIdle()).isEqualTo(2);
    }
  }

  @Test
  void takingBackThatFails_isAWarning() {
    MigrationGuard guard =
        shop.guard()
            .withRelease(
                () ->
                    () -> {
                      throw new IllegalStateException("no");
                    });
    SQLiteDataSource plain = new SQLiteDataSource();
    plain.setUrl(shop.url());
    failWithALog(guard, plain);

    assertThat(shop.lastReport().warnings())
        .containsExactly(
            "connections that were let go could not be taken back:"
                + " java.lang.IllegalStateException: no");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void poolOfTheGuard_givesTheLogUp_forARecoveryToo(boolean bySelf) throws Exception {
    String before = shop.content();
    try (HikariDataSource pool = shop.pool(2)) {
      GuardRequest request = new GuardRequest("dies", OnCrash.RESTORE, Duration.ZERO, null);
      try (GuardedSection section = shop.backups().guard(request)) {
        section.protect();
        section.begin();
        shop.execute("PRAGMA journal_mode=WAL", "DELETE FROM orders");
        try (Connection one = pool.getConnection()) {
          one.createStatement().executeQuery("SELECT * FROM orders").close();
        }
      }
      MigrationGuard guard = shop.guard().withPool(pool);
      if (bySelf) {
        guard.withPending(() -> false).run("next", () -> {});
      } else {
        assertThat(guard.recover().open()).isEmpty();
      }

      assertThat(shop.content()).isEqualTo(before);
      assertThat(pool.getMinimumIdle()).isEqualTo(2);
    }
  }

  @Test
  void migrationThatGoesWell_letsNothingGo() {
    shop.guard()
        .withRelease(
            () -> {
              throw new AssertionError("not asked for");
            })
        .run("plain", () -> shop.execute("DELETE FROM orders"));

    assertThat(shop.lastReport().outcome()).isEqualTo(Outcome.MIGRATED);
  }

  /** What an application does; loaded where HikariCP is missing. */
  public static final class Application implements Runnable {
    private final String folder;

    public Application(String folder) {
      this.folder = folder;
    }

    @Override
    public void run() {
      Path database = Path.of(folder, "shop.db");
      SQLiteDataSource plain = new SQLiteDataSource();
      plain.setUrl("jdbc:sqlite:" + database);
      MigrationGuard guard =
          MigrationGuard.of(
                  BackupHelper.builder()
                      .source(SqliteSource.of(database))
                      .directory(Path.of(folder, "backups"))
                      .build())
              .withPool(plain);
      guard.run("without", () -> migrate(database));
    }

    private static void migrate(Path database) throws IllegalStateException {
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database)) {
        connection.createStatement().execute("DELETE FROM orders");
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      throw new IllegalStateException("out of luck");
    }
  }

  @Test
  void withoutHikari_aGuardWorks() throws Exception {
    String before = shop.content();
    try (URLClassLoader loader = Absent.packageOf("com.zaxxer.hikari.")) {
      Runnable application =
          Class.forName(Application.class.getName(), true, loader)
              .asSubclass(Runnable.class)
              .getConstructor(String.class)
              .newInstance(folder.toString());

      assertThatThrownBy(application::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("out of luck");
    }
    assertThat(shop.content()).isEqualTo(before);
  }
}
