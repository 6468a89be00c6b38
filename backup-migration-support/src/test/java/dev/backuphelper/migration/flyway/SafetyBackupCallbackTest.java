package dev.backuphelper.migration.flyway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariDataSource;
import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.migration.fixture.Damage;
import dev.backuphelper.migration.fixture.Shop;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.Callback;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SafetyBackupCallbackTest {
  @TempDir Path folder;
  private Shop shop;

  @BeforeEach
  void makeShop() {
    shop = new Shop(folder);
  }

  private Flyway flyway(DataSource dataSource, BackupHelper backups) {
    return FlywayFiles.configure(shop)
        .dataSource(dataSource)
        .callbacks(SafetyBackupCallback.of(backups))
        .load();
  }

  @ParameterizedTest
  @ValueSource(strings = {"delete", "wal"})
  void eachRunThatMigrates_isBackedUpOnce_alsoWithAPoolOfOne(String mode) {
    shop.fill(mode);
    shop.write("V2__first.sql", Damage.FIRST);
    shop.write("V3__more.sql", "CREATE TABLE more(x);");

    try (HikariDataSource pool = shop.pool(1)) {
      Flyway flyway = flyway(pool, shop.backups());
      flyway.migrate();
      assertThat(shop.backupsMade()).hasSize(1);
      flyway.migrate();
      assertThat(shop.backupsMade()).hasSize(1);
      shop.write("R__view.sql", "CREATE VIEW names AS SELECT name FROM customers;");
      flyway(pool, shop.backups()).migrate();
    }

    List<Backup> backups = shop.backupsMade();
    assertThat(backups)
        .extracting(backup -> backup.manifest().operation())
        .containsExactly("flyway", "flyway-2");
    assertThat(backups).allMatch(backup -> backup.manifest().kind() == BackupKind.SAFETY);
    assertThat(shop.hasTable("names")).isTrue();
  }

  @Test
  void backup_holdsWhatWasThereBefore() {
    shop.fill("wal");
    shop.write("V2__first.sql", Damage.FIRST);
    shop.write("V3__second.sql", Damage.COMMITTED.failing());
    shop.write("V3__second.sql.conf", "executeInTransaction=false");
    Flyway flyway = flyway(new CountingDataSource(shop.url()), shop.backups());

    assertThat(catchThrowable(flyway::migrate)).isInstanceOf(FlywayException.class);

    assertThat(shop.hasTable("orders")).isFalse();
    shop.backups().restore(shop.backupsMade().get(0).id());
    assertThat(shop.hasTable("orders")).isTrue();
    assertThat(shop.hasTable("more")).isFalse();
    assertThat(shop.number("SELECT count(*) FROM pragma_table_info('customers')")).isEqualTo(3);
  }

  @Test
  void runAfterOneThatFailed_onTheSameConnection_isBackedUpAgain() throws Exception {
    shop.fill("wal");
    shop.write("V2__first.sql", "INSERT INTO not_there VALUES (1);");

    try (HikariDataSource pool = shop.pool(1)) {
      assertThat(catchThrowable(() -> flyway(pool, shop.backups()).migrate())).isNotNull();
      assertThat(shop.backupsMade()).hasSize(1);
      shop.write("V2__first.sql", Damage.FIRST);
      flyway(pool, shop.backups()).migrate();
    }

    assertThat(shop.backupsMade()).hasSize(2);
  }

  @Test
  void oneCallback_servesSeveralRuns() throws Exception {
    shop.fill("wal");
    Callback callback = SafetyBackupCallback.of(shop.backups());

    for (int version = 2; version < 5; version++) {
      shop.write("V" + version + "__more.sql", "CREATE TABLE more" + version + "(x);");
      try (var connection = shop.connect()) {
        FlywayFiles.configure(shop)
            .dataSource(OneConnection.of(connection))
            .callbacks(callback)
            .load()
            .migrate();
      }
    }

    assertThat(shop.backupsMade())
        .extracting(backup -> backup.manifest().operation())
        .containsExactly("flyway-4", "flyway-3", "flyway-2");
  }

  @Test
  void backupThatCannotBeMade_endsTheRun() throws Exception {
    shop.fill("wal");
    shop.write("V2__first.sql", Damage.FIRST);
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(shop.database()))
            .directory(Files.createFile(folder.resolve("no-folder")))
            .build();

    Throwable failure =
        catchThrowable(flyway(new CountingDataSource(shop.url()), backups)::migrate);

    assertThat(failure).isInstanceOf(FlywayException.class);
    assertThat(failure).hasCauseInstanceOf(BackupException.class);
    assertThat(shop.number("SELECT count(*) FROM pragma_table_info('customers')")).isEqualTo(3);
  }

  @Test
  void databaseThatFailsItsChecks_isNotMigrated() {
    shop.fill("wal");
    shop.execute(
        "CREATE TABLE odd(x)",
        "INSERT INTO odd VALUES (NULL)",
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_master SET sql = 'CREATE TABLE odd(x NOT NULL)' WHERE name = 'odd'");
    shop.write("V2__first.sql", Damage.FIRST);

    Throwable failure =
        catchThrowable(flyway(new CountingDataSource(shop.url()), shop.backups())::migrate);

    assertThat(failure).hasRootCauseInstanceOf(RefusedException.class);
    assertThat(failure).hasMessageContaining("the database fails its own checks");
    assertThat(shop.number("SELECT count(*) FROM pragma_table_info('customers')")).isEqualTo(3);
  }

  @Test
  void databaseThatIsNoSource_isNotMigrated() {
    shop.fill("wal");
    shop.write("V2__first.sql", Damage.FIRST);
    Shop other =
        new Shop(folder.resolve("..").normalize().resolve(folder.getFileName() + "-other"));
    other.folder().toFile().mkdirs();
    other.fill("wal");

    Throwable failure =
        catchThrowable(flyway(new CountingDataSource(shop.url()), other.backups())::migrate);

    assertThat(failure).hasRootCauseInstanceOf(RefusedException.class);
    assertThat(failure).hasMessageContaining("Flyway works on " + shop.database());
    assertThat(other.backupsMade()).isEmpty();
  }

  @Test
  void withinAGuard_itLeavesTheBackupToTheGuard() {
    shop.fill("wal");
    shop.write("V2__first.sql", Damage.FIRST);

    FlywayGuard.migrate(flyway(new CountingDataSource(shop.url()), shop.backups()), shop.guard());

    assertThat(shop.backupsMade()).hasSize(1);
  }
}
