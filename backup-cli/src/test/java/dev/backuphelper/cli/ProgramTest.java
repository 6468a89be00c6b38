package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ProgramTest {
  @TempDir Path folder;
  private String path;

  @BeforeEach
  void makeFolders() throws IOException {
    Path first = Files.createDirectory(folder.resolve("first"));
    Path second = Files.createDirectory(folder.resolve("second"));
    path = first + File.pathSeparator + second;
  }

  private Path program(String name) throws IOException {
    Path file = Files.createFile(folder.resolve(name));
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  @Test
  void the_first_that_can_be_run_is_taken() throws IOException {
    Files.createDirectory(folder.resolve("first/migrate"));
    Path second = program("second/migrate");

    Program found = Program.find("migrate", path, List.of(""));

    assertThat(found.found()).contains(second);
    assertThat(found.obstacle("migrate")).isEmpty();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "every file can be run there")
  void one_that_cannot_be_run_is_told_from_none() throws IOException {
    Files.createFile(folder.resolve("second/migrate"));

    assertThat(Program.find("migrate", path, List.of("")).obstacle("migrate").orElseThrow().exit())
        .isEqualTo(126);
    assertThat(Program.find("none", path, List.of("")).obstacle("none").orElseThrow().exit())
        .isEqualTo(127);
    assertThat(Program.find("", path, List.of("")).obstacle("").orElseThrow().exit())
        .isEqualTo(127);
  }

  @Test
  void a_name_with_a_folder_is_looked_for_there_alone() throws IOException {
    Path file = program("second/migrate");

    assertThat(Program.find(file.toString(), "", List.of("")).runnable()).isTrue();
    assertThat(Program.find("second/migrate", path, List.of("")).found()).isEmpty();
  }

  @Test
  void endings_are_tried_in_their_order() throws IOException {
    program("second/migrate");
    Path script = program("second/migrate.cmd");

    assertThat(Program.find("migrate", path, List.of(".exe", ".cmd")).found()).contains(script);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "programs are elsewhere there")
  void without_a_path_the_usual_folders_are_looked_in() {
    assertThat(Program.find("sh", Map.of()).runnable()).isTrue();
    assertThat(Program.find("sh", Map.of("PATH", "")).runnable()).isFalse();
  }
}
