package dev.backuphelper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FlywayCallbackTest extends ExampleTest {
  @Test
  void saysWhatItDoes_andLeavesWhatWasThere() throws Exception {
    assertThat(run(FlywayCallback::main))
        .containsExactly(
            "migrations that ran: 1",
            "a migration failed; what was there: flyway-2",
            "put back: RESTORED",
            "the version is 1");

    assertThat(query("shop.db", "SELECT id FROM orders")).containsExactly("1");
  }
}
