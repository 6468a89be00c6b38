package dev.backuphelper.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.error.KeyException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PrintStream errors = new PrintStream(err, true, UTF_8);

  @ParameterizedTest
  @CsvSource({"y,true", "Y,true", "yes,true", "' YES ',true", "n,false", "'',false", "yy,false"})
  void confirm_takes_yes_alone(String answer, boolean expected) {
    Terminal terminal = new Terminal(input(answer + "\n"), errors, true, true);

    assertThat(terminal.confirm("sure?")).isEqualTo(expected);
    assertThat(err.toString(UTF_8)).isEqualTo("sure? [y/N] ");
  }

  @Test
  void confirm_takes_a_closed_input_for_no() throws IOException {
    assertThat(new Terminal(input(""), errors, true, true).confirm("sure?")).isFalse();
    assertThat(err.toString(UTF_8)).endsWith("[y/N] " + System.lineSeparator());

    InputStream broken = InputStream.nullInputStream();
    broken.close();
    assertThat(new Terminal(broken, errors, true, true).confirm("sure?")).isFalse();
  }

  @Test
  void a_question_needs_both_streams() {
    assertThat(new Terminal(input(""), errors, true, false).canAsk()).isFalse();
    assertThat(new Terminal(input(""), errors, false, true).canAsk()).isFalse();
    assertThat(new Terminal(input(""), errors, true, true).canAsk()).isTrue();
    assertThat(new Terminal(input(""), errors, false, true).canDraw()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"'',false,false", "0,false,false", "2,false,true", "02,true,true"})
  void the_launcher_knows_which_streams_are_terminals(String known, boolean ask, boolean draw) {
    String before = System.setProperty("dev.backuphelper.terminals", known);
    try {
      assertThat(Terminal.system().canAsk()).isEqualTo(ask);
      assertThat(Terminal.system().canDraw()).isEqualTo(draw);
    } finally {
      if (before == null) {
        System.clearProperty("dev.backuphelper.terminals");
      } else {
        System.setProperty("dev.backuphelper.terminals", before);
      }
    }
  }

  @Test
  void without_the_launcher_the_system_is_asked() {
    // A build has no terminal as its input, or it has no standing either way: no failure is the
    // point.
    assertThat(Terminal.system().canAsk()).isIn(true, false);
  }

  @Test
  void askSecret_returns_what_is_typed_and_refuses_the_end_of_the_input() {
    assertThat(asking("open sesame").askSecret("passphrase: "))
        .containsExactly("open sesame".toCharArray());
    assertThat(asking("").askSecret("passphrase: ")).isEmpty();

    assertThatThrownBy(() -> asking(null).askSecret("passphrase: "))
        .isInstanceOf(KeyException.class)
        .hasMessage("no passphrase was typed");
  }

  private Terminal asking(@Nullable String typed) {
    return new Terminal(
        input(""),
        errors,
        true,
        true,
        (err, question) -> typed == null ? null : typed.toCharArray());
  }

  private static InputStream input(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }
}
