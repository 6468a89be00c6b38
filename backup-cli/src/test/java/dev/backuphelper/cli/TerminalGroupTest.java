package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TerminalGroupTest {
  @Test
  void a_program_may_have_any_name() {
    assertThat(TerminalGroup.parse("12 (a) S (1 2) R 11 12 10 34816 12 4194304 1"))
        .isEqualTo(new TerminalGroup(12, 12));
    assertThat(TerminalGroup.parse("12 (java) S 11 7 7 0 -1 4194304 1"))
        .isEqualTo(new TerminalGroup(7, -1));
  }

  @Test
  void keys_reach_the_group_in_the_foreground_alone() {
    TerminalGroup shown = new TerminalGroup(12, 12);
    TerminalGroup hidden = new TerminalGroup(7, 12);

    assertThat(shown.sharesKeysWith(new TerminalGroup(12, 12))).isTrue();
    assertThat(shown.sharesKeysWith(hidden)).isFalse();
    assertThat(hidden.sharesKeysWith(hidden)).isFalse();
    assertThat(new TerminalGroup(7, -1).sharesKeysWith(new TerminalGroup(7, -1))).isFalse();
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "no file tells it elsewhere")
  void that_of_a_process_can_be_read() {
    assertThat(TerminalGroup.of(ProcessHandle.current())).isPresent();
  }
}
