package dev.backuphelper.migration.flyway;

import dev.backuphelper.migration.fixture.Shop;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** Flyway on the files of a shop. */
final class FlywayFiles {
  private FlywayFiles() {}

  static FluentConfiguration configure(Shop shop) {
    return Flyway.configure()
        .locations("filesystem:" + shop.migrations())
        .baselineOnMigrate(true)
        .baselineVersion("1");
  }

  /** Returns a Flyway that opens its connections by itself, and closes them. */
  static Flyway onUrl(Shop shop) {
    return configure(shop).dataSource(shop.url(), null, null).load();
  }

  static Flyway on(Shop shop, DataSource dataSource) {
    return configure(shop).dataSource(dataSource).load();
  }
}
