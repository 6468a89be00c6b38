package dev.backuphelper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlainJdbcTest extends ExampleTest {
  @Test
  void saysWhatItDoes_andLeavesTheDatabaseMigrated() throws Exception {
    assertThat(run(PlainJdbc::main))
        .containsExactly(
            "the migration failed; outcome: RESTORED",
            "orders that are there: 2",
            "the corrected migration; outcome: MIGRATED",
            "orders that are there: 2",
            "at the next start; outcome: NOTHING_PENDING");

    assertThat(query("shop.db", "SELECT id || ifnull(cents, ' has no price') FROM orders"))
        .containsExactly("1 has no price", "2 has no price");
    assertThat(query("shop.db", "PRAGMA user_version")).containsExactly("42");
  }
}
