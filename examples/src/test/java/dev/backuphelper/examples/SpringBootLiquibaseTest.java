package dev.backuphelper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpringBootLiquibaseTest extends ExampleTest {
  @Test
  void startsWithWhatWorked_whenTheMigrationFails() throws Exception {
    assertThat(run(SpringBootLiquibase::main))
        .filteredOn(line -> line.contains("started"))
        .containsExactly("started: true", "not started; outcome of the migration: RESTORED");

    assertThat(query("shop.db", "SELECT id FROM DATABASECHANGELOG")).containsExactly("1");
    assertThat(query("shop.db", "SELECT count(*) FROM a")).containsExactly("0");
  }

  /** Nothing of the application may read the database before the guard has looked. */
  @Test
  void recoversByItself_whenItDiedInATransaction() throws Exception {
    run(SpringBootLiquibase::main);
    AfterCrash.make(folder);

    assertThat(run(SpringBootLiquibase::main)).contains("started: true");

    assertThat(AfterCrash.backups(folder).openPlans()).isEmpty();
    assertThat(query("shop.db", "SELECT name FROM sqlite_schema WHERE name = 'committed'"))
        .isEmpty();
  }
}
