package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeleteCommandTest extends CommandTest {
  @Test
  void removes_what_is_named() {
    String first = create();
    String second = create();
    String third = create();

    Run run = cli.run("delete", first, second, first, "--json");

    assertEnvelope(run, "delete");
    assertThat(run.json().keySet()).contains("dry_run", "removed", "kept", "freed_bytes", "errors");
    assertThat(run.objects("removed")).hasSize(2);
    assertThat(cli.run("list", "--quiet").out().strip()).isEqualTo(third);
  }

  @Test
  void a_dry_run_removes_nothing() {
    String first = create();
    create();

    assertThat(cli.run("delete", first, "--dry-run").out()).contains("dry run: 1 would be removed");
    assertThat(artifact(first)).exists();
  }

  @Test
  void the_last_good_one_needs_force() {
    String id = create();

    assertFails(cli.run("delete", id), 7, "last good one");
    assertFails(cli.run("delete", id, "--dry-run"), 7, "last good one");
    assertThat(cli.run("delete", id, "--force").exit()).isZero();
    assertThat(artifact(id)).doesNotExist();
  }

  @Test
  void all_or_none() {
    String first = create();
    create();

    Run run = cli.run("delete", first, "19990101-000000-000", "--json");

    assertFails(run, 5, "19990101-000000-000");
    assertEnvelope(run, "delete");
    assertThat(run.json()).containsEntry("removed", List.of());
    assertThat(artifact(first)).exists();
  }

  @Test
  void without_a_store_nothing_is_found() {
    Run run = cli.run("delete", "20200101-000000-000");

    assertFails(run, 5, "backup not found: '20200101-000000-000'");
    assertThat(run.err()).contains("hint: ");
    assertFails(cli.run("compare", "20200101-000000-000"), 5, "backup not found");
    assertFails(cli.run("verify", "20200101-000000-000"), 5, "backup not found");
    assertThat(store).doesNotExist();
  }

  @Test
  void one_whose_manifest_cannot_be_used_needs_force() throws IOException {
    String id = create();
    create();
    Files.writeString(store.resolve("backup-metadata." + id + ".json"), "{");

    assertFails(cli.run("delete", id), 7, "its manifest cannot be used");
    assertThat(artifact(id)).exists();
    assertThat(cli.run("delete", id, "--force").exit()).isZero();
    assertThat(artifact(id)).doesNotExist();
  }

  @Test
  void on_a_terminal_it_asks_unless_forced() {
    String first = create();
    String second = create();
    create();

    Run no = cli.typing("").run("delete", first);
    assertThat(no.exit()).isEqualTo(7);
    assertThat(no.err()).contains("remove  " + first).contains("delete 1 backup? [y/N] ");
    assertThat(artifact(first)).exists();

    assertThat(cli.typing("y\n").run("delete", first).exit()).isZero();
    assertThat(cli.typing("").run("delete", second, "--force").exit()).isZero();
    assertThat(cli.run("list", "--quiet").out().lines()).hasSize(1);
  }
}
