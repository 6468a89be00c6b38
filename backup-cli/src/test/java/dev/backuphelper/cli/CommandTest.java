package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store, a database, and what holds of every command. */
abstract class CommandTest {
  @TempDir Path folder;
  Path store;
  Path database;
  Cli cli;

  @BeforeEach
  void prepare() throws IOException {
    // The library names real paths, and on some systems temporary folders are behind links.
    folder = folder.toRealPath();
    store = folder.resolve("backups");
    database = Database.create(folder.resolve("app.db"));
    cli = Cli.of(store);
  }

  /** Makes a backup and returns its id. */
  String create(Object... more) {
    Run run = cli.run(Stream.concat(Stream.of("create", "--quiet"), args(more)).toArray());
    assertThat(run.exit()).as(run.err()).isZero();
    return run.out().strip();
  }

  private Stream<Object> args(Object... more) {
    return more.length == 0 ? Stream.of(database) : Stream.of(more);
  }

  /** Returns the artifact of the database in a backup. */
  Path artifact(String id) {
    return store.resolve("app.db.backup." + id);
  }

  /** Returns the names of the files in a folder; none when there is no folder. */
  static List<String> names(Path directory) {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Asserts what every JSON answer has. */
  static void assertEnvelope(Run run, String command) {
    Map<String, Object> json = run.json();
    assertThat(json).containsEntry("command", command).containsEntry("success", run.exit() == 0);
    assertThat(Instant.parse(run.text("timestamp"))).isNotNull();
    Map<String, Object> performance = run.object("performance");
    assertThat(performance).containsOnlyKeys("duration_ms", "bytes", "mb_per_s");
    assertThat(performance.values()).allSatisfy(v -> assertThat(v).isInstanceOf(Number.class));
    if (run.exit() == 0) {
      assertThat(json).doesNotContainKey("error");
    } else {
      assertThat(run.object("error")).containsOnlyKeys("code", "message", "hint");
      assertThat(run.object("error").get("code").toString()).matches("[A-Z_]+");
      assertThat(run.err()).contains("error: " + run.object("error").get("message"));
    }
  }

  /** Asserts that a command failed as people expect: one line, a hint, no stack trace. */
  static void assertFails(Run run, int exit, String... parts) {
    assertThat(run.exit()).as(run.out() + run.err()).isEqualTo(exit);
    List<String> errors = run.err().lines().filter(line -> line.startsWith("error: ")).toList();
    assertThat(errors).as(run.err()).hasSize(1);
    assertThat(List.of(parts)).allSatisfy(part -> assertThat(errors.get(0)).contains(part));
    assertThat(run.err()).doesNotContain("\tat ").doesNotContain("Exception");
    assertThat(errors.get(0)).doesNotEndWith(".");
  }
}
