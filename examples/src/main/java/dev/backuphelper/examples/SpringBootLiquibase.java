package dev.backuphelper.examples;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.liquibase.LiquibaseGuard;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import javax.sql.DataSource;
import liquibase.Liquibase;
import liquibase.integration.spring.Customizer;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * An application of Spring Boot whose start updates with Liquibase under a guard. The second start
 * fails, and leaves the database as the first one did.
 */
@ImportAutoConfiguration({DataSourceAutoConfiguration.class, LiquibaseAutoConfiguration.class})
public class SpringBootLiquibase {
  @Bean
  LiquibaseGuard.Registration protection(
      DataSource dataSource, @Value("${backups}") Path directory) {
    return LiquibaseGuard.protect(
        MigrationGuard.of(
                BackupHelper.builder()
                    .source(SqliteSource.of(dataSource))
                    .directory(directory)
                    .build())
            .withPool(dataSource));
  }

  /** Changes nothing. Boot needs it before it updates, and with it the protection. */
  @Bean
  Customizer<Liquibase> protectedFirst(LiquibaseGuard.Registration protection) {
    return liquibase -> {};
  }

  /** Takes the folder to work in. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Path log = folder.resolve("changes.sql");
    Files.writeString(log, "--liquibase formatted sql\n--changeset me:1\nCREATE TABLE a (x);\n");
    start(folder);
    Files.writeString(log, "--changeset me:2\nDROP TABLE a;\n", StandardOpenOption.APPEND);
    Files.writeString(log, "--changeset me:3\nDROP TABLE b;\n", StandardOpenOption.APPEND);
    start(folder);
  }

  private static void start(Path folder) {
    try (ConfigurableApplicationContext application =
        new SpringApplicationBuilder(SpringBootLiquibase.class)
            .web(WebApplicationType.NONE)
            .run(
                "--spring.datasource.url=jdbc:sqlite:" + folder.resolve("shop.db"),
                "--spring.liquibase.change-log=file:" + folder.resolve("changes.sql"),
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
