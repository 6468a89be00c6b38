package dev.backuphelper.examples;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.flyway.FlywayGuard;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * An application of Spring Boot whose start migrates with Flyway under a guard. The second start
 * fails, and leaves the database as the first one did.
 */
@ImportAutoConfiguration({DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class})
public class SpringBootFlyway {
  @Bean
  MigrationGuard guard(DataSource dataSource, @Value("${backups}") Path directory) {
    return MigrationGuard.of(
        BackupHelper.builder().source(SqliteSource.of(dataSource)).directory(directory).build());
  }

  @Bean
  FlywayMigrationStrategy guarded(MigrationGuard guard) {
    return flyway -> FlywayGuard.migrate(flyway, guard);
  }

  /** Takes the folder to work in. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Path scripts = Files.createDirectories(folder.resolve("migrations"));
    Files.writeString(scripts.resolve("V1__orders.sql"), "CREATE TABLE orders (id INTEGER);");
    start(folder);
    Files.writeString(scripts.resolve("V2__prices.sql"), "DROP TABLE orders;");
    Files.writeString(scripts.resolve("V3__items.sql"), "ALTER TABLE items ADD COLUMN n;");
    start(folder);
  }

  private static void start(Path folder) {
    try (ConfigurableApplicationContext application =
        new SpringApplicationBuilder(SpringBootFlyway.class)
            .web(WebApplicationType.NONE)
            .run(
                "--spring.datasource.url=jdbc:sqlite:" + folder.resolve("shop.db"),
                "--spring.datasource.hikari.maximum-pool-size=1",
                "--spring.flyway.locations=filesystem:" + folder.resolve("migrations"),
                "--spring.main.banner-mode=off",
                "--backups=" + folder.resolve("backups"))) {
      System.out.println("started: " + application.isActive());
    } catch (BeanCreationException failure) {
      MigrationReport.of(failure)
          .ifPresent(
              told ->
                  System.out.println("not started; outcome of the migration: " + told.outcome()));
    }
  }
}
