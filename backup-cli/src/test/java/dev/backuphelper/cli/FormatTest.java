package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.0 KiB",
    "1536, 1.5 KiB",
    "1048524, 1023.9 KiB",
    "1048575, 1.0 MiB",
    "1048576, 1.0 MiB",
    "1073741824, 1.0 GiB",
    "9223372036854775807, 8.0 EiB"
  })
  void size_is_in_words(long bytes, String words) {
    assertThat(Format.size(bytes)).isEqualTo(words);
  }

  @Test
  void duration_is_in_words() {
    assertThat(Format.duration(Duration.ofMillis(49))).isEqualTo("0.0 s");
    assertThat(Format.duration(Duration.ofMillis(1250))).isEqualTo("1.3 s");
    assertThat(Format.duration(Duration.ofSeconds(125))).isEqualTo("2 min 5 s");
    assertThat(Format.duration(Duration.ofHours(2))).isEqualTo("120 min 0 s");
  }

  @Test
  void age_is_in_the_largest_unit_of_which_there_are_two() {
    assertThat(Format.age(Duration.ofSeconds(119))).isEqualTo("119 s");
    assertThat(Format.age(Duration.ofMinutes(119))).isEqualTo("119 min");
    assertThat(Format.age(Duration.ofHours(47))).isEqualTo("47 h");
    assertThat(Format.age(Duration.ofDays(400))).isEqualTo("400 d");
  }

  @Test
  void moment_and_count_are_in_words() {
    assertThat(Format.moment(Instant.parse("2026-11-20T07:02:12.345Z")))
        .isEqualTo("2026-11-20 07:02:12 UTC");
    assertThat(Format.count(1, "file")).isEqualTo("1 file");
    assertThat(Format.count(2, "file")).isEqualTo("2 files");
  }

  @Test
  void shell_words_survive_a_shell() {
    assertThat(Format.shellWord("/a/b-c_1.db")).isEqualTo("/a/b-c_1.db");
    assertThat(Format.shellWord("a b")).isEqualTo("'a b'");
    assertThat(Format.shellWord("it's $HOME")).isEqualTo("'it'\\''s $HOME'");
    assertThat(Format.shellWord("")).isEqualTo("''");
  }

  @Test
  void printable_text_steers_no_terminal() {
    assertThat(Format.printable("a\u001b[2Jb\nc\u0007ü😀")).isEqualTo("a?[2Jb c?ü😀");
  }

  @Test
  void absolute_paths_are_the_same_everywhere() {
    assertThat(Format.absolute(Path.of("a/../b")))
        .isEqualTo(Path.of("b").toAbsolutePath().toString());
  }

  @Test
  void table_aligns_columns() {
    Table table = new Table("A", "LONGER", "C");
    table.row("aaaa", "b", "c");
    table.row("ü😀", "", "");

    assertThat(table.lines()).containsExactly("A     LONGER  C", "aaaa  b       c", "ü😀");
  }
}
