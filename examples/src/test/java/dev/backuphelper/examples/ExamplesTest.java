package dev.backuphelper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds of all examples. */
class ExamplesTest {
  private static final int LINES = 80;

  private static List<Path> files(String folder) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(folder))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  @Test
  void each_isShort_andHasATestThatRunsIt() throws IOException {
    List<String> tests =
        files("src/test/java").stream().map(file -> file.getFileName().toString()).toList();
    int examples = 0;
    for (Path file : files("src/main/java")) {
      assertThat(Files.readAllLines(file)).as(file.toString()).hasSizeLessThan(LINES);
      String name = file.getFileName().toString();
      if (Files.readString(file).contains("public static void main(")) {
        assertThat(tests).contains(name.replace(".java", "Test.java"));
        examples++;
      }
    }
    assertThat(examples).isPositive();
  }
}
