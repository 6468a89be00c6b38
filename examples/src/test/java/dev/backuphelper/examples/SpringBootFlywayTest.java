package dev.backuphelper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpringBootFlywayTest extends ExampleTest {
  @Test
  void startsWithWhatWorked_whenTheMigrationFails() throws Exception {
    assertThat(run(SpringBootFlyway::main))
        .filteredOn(line -> line.contains("started"))
        .containsExactly("started: true", "not started; outcome of the migration: RESTORED");

    assertThat(query("shop.db", "SELECT version FROM flyway_schema_history")).containsExactly("1");
    assertThat(query("shop.db", "SELECT count(*) FROM orders")).containsExactly("0");
  }

  /** Nothing of the application may read the database before the guard has looked. */
  @Test
  void recoversByItself_whenItDiedInATransaction() throws Exception {
    run(SpringBootFlyway::main);
    AfterCrash.make(folder);

    assertThat(run(SpringBootFlyway::main))
        .contains("not started; outcome of the migration: RESTORED");

    assertThat(AfterCrash.backups(folder).openPlans()).isEmpty();
    assertThat(query("shop.db", "SELECT name FROM sqlite_schema WHERE name = 'committed'"))
        .isEmpty();
  }
}
