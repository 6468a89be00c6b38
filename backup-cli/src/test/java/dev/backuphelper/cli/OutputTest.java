package dev.backuphelper.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutputTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-20T07:02:12.345678Z"), ZoneOffset.UTC);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void json_tells_time_and_speed_and_is_utf_8() {
    Result result = new Result().put("name", "ü😀").bytes(3 << 20);

    int exit = output(out, true).result("size", result, Duration.ofMillis(1500), null);

    assertThat(exit).isZero();
    assertThat(Cli.json(out.toByteArray()))
        .containsEntry("timestamp", "2026-11-20T07:02:12.345Z")
        .containsEntry("name", "ü😀")
        .containsEntry(
            "performance", Map.of("duration_ms", 1500L, "bytes", 3L << 20, "mb_per_s", 2.0));
    assertThat(out.toString(UTF_8)).contains("ü😀").endsWith("}\n");
  }

  @Test
  void an_output_that_cannot_be_written_is_a_failure() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space left on device");
          }
        };

    int exit = output(full, false).result("list", new Result().say("x"), Duration.ZERO, null);

    assertThat(exit).isEqualTo(1);
    assertThat(err.toString(UTF_8))
        .contains("error: cannot write to standard output", "hint: The work");
  }

  @Test
  void people_are_shown_no_control_characters() {
    output(out, false).result("list", new Result().say("a\u001b[31mb"), Duration.ZERO, null);

    assertThat(out.toString(UTF_8)).isEqualTo("a?[31mb" + System.lineSeparator());
  }

  private Output output(OutputStream to, boolean json) {
    PrintStream errors = new PrintStream(err, true, UTF_8);
    Terminal nobody = new Terminal(new ByteArrayInputStream(new byte[0]), errors, false, false);
    Environment environment =
        new Environment(
            Map.of(), new PrintStream(to, false, UTF_8), errors, nobody, CLOCK, Path.of(""));
    return new Output(environment, json, false, false);
  }
}
