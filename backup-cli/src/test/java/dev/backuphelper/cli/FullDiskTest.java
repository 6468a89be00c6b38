package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.cli.Cli.Run;
import dev.backuphelper.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A store whose disk is full, where a small one can be mounted. */
class FullDiskTest extends CommandTest {
  private static final int DISK_MEGABYTES = 4;

  private Optional<SmallDisk> disk = Optional.empty();

  @BeforeEach
  void mount() throws IOException {
    disk = SmallDisk.mount(Files.createDirectory(store), DISK_MEGABYTES);
    assumeThat(disk).isPresent();
  }

  @AfterEach
  void unmount() throws IOException {
    if (disk.isPresent()) {
      disk.get().close();
    }
  }

  @Test
  void create_says_so_and_clean_is_the_way_out() throws IOException {
    String first = create();
    String second = create();
    disk.orElseThrow().leave(0);
    List<String> stored = names(store);

    Run run = cli.run("create", database, "--json");

    assertFails(run, 1, "cannot back up: " + store, ": No space left on device");
    assertEnvelope(run, "create");
    assertThat(run.object("error")).containsEntry("code", "NO_SPACE");
    assertThat(run.err()).contains("hint: Free some space, or use another folder.");
    assertThat(names(store)).isEqualTo(stored);
    Run verified = cli.run("verify");
    assertThat(verified.exit()).as(verified.err()).isZero();

    Run cleaned = cli.run("clean", "1", "--quiet");
    assertThat(cleaned.exit()).as(cleaned.err()).isZero();
    assertThat(cleaned.out().strip()).isEqualTo(first);
    assertThat(cli.run("list", "--quiet").out().strip()).isEqualTo(second);
    disk.orElseThrow().free();
    assertThat(create()).isGreaterThan(second);
  }

  @Test
  void what_is_exported_or_imported_must_fit() throws IOException {
    String id = create();
    Cli second = Cli.of(folder.resolve("second"));
    assertThat(second.run("create", database).exit()).isZero();
    assertThat(second.run("export", "latest", folder.resolve("second.tar")).exit()).isZero();
    disk.orElseThrow().leave(4096);
    List<String> stored = names(store);

    assertFails(cli.run("export", id, store.resolve("b.tar.gz")), 1, "no room for");
    assertFails(cli.run("import", folder.resolve("second.tar")), 1, "no room for what is imported");

    assertThat(names(store)).isEqualTo(stored);
    assertThat(cli.run("verify").exit()).isZero();
  }
}
