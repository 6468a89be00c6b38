package dev.backuphelper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FlywayMigrationTest extends ExampleTest {
  @Test
  void saysWhatItDoes_andLeavesTheDatabaseMigrated() throws Exception {
    assertThat(run(FlywayMigration::main))
        .containsExactly(
            "migrations that ran: 1",
            "a migration failed; outcome: RESTORED",
            "the version is 1",
            "migrations that ran: 2",
            "migrations that ran: 0");

    assertThat(query("shop.db", "SELECT id || ifnull(cents, ' has no price') FROM orders"))
        .containsExactly("1 has no price");
    assertThat(query("shop.db", "SELECT count(*) FROM items")).containsExactly("0");
  }
}
