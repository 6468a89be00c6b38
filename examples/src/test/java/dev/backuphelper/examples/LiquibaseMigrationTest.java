package dev.backuphelper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LiquibaseMigrationTest extends ExampleTest {
  /** Kept, or else the level that was set would be lost with the logger. */
  private final Logger log = Logger.getLogger("liquibase");

  @BeforeEach
  void silence() {
    log.setLevel(Level.OFF);
  }

  @AfterEach
  void speak() {
    log.setLevel(null);
  }

  @Test
  void saysWhatItDoes_andLeavesTheDatabaseMigrated() throws Exception {
    assertThat(run(LiquibaseMigration::main))
        .filteredOn(line -> line.contains("outcome: "))
        .containsExactly(
            "outcome: MIGRATED",
            "a change set failed; outcome: RESTORED",
            "outcome: MIGRATED",
            "outcome: NOTHING_PENDING");

    assertThat(query("shop.db", "SELECT id FROM DATABASECHANGELOG ORDER BY id"))
        .containsExactly("1", "2", "3");
    assertThat(query("shop.db", "SELECT name FROM sqlite_schema WHERE name IN ('a', 'b')"))
        .containsExactly("b");
  }
}
