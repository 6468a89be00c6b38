package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What this user may not see is not called missing, and the store is not blamed for it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "files have no modes there")
class PermissionTest extends CommandTest {
  // Modes do not keep out root, unless it gives up that right.
  private static final List<String> AS_MODES_SAY =
      List.of("setpriv", "--bounding-set", "-dac_override,-dac_read_search");

  private Path closed;

  @BeforeEach
  void close() throws IOException {
    closed = Files.createDirectory(folder.resolve("closed"));
    Database.create(closed.resolve("c.db"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
  }

  @AfterEach
  void open() throws IOException {
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    if (Files.exists(store)) {
      setMode("rwx------");
    }
  }

  private Run run(Object... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if (Files.isReadable(closed)) {
      assumeThat(Path.of("/usr/bin/setpriv")).exists();
      command.addAll(AS_MODES_SAY);
    }
    command.addAll(JavaProcess.command(Main.class, arguments));
    return JavaProcess.start(folder, Map.of(), "", command).end();
  }

  @Test
  void a_file_in_a_closed_folder_is_not_called_missing() throws Exception {
    Run run = run("verify", closed.resolve("c.db"), "--json");

    assertFails(run, 1, "access to " + closed.resolve("c.db") + " was denied");
    assertThat(run.object("error")).containsEntry("code", "ACCESS_DENIED");
  }

  @Test
  void the_store_is_not_blamed_for_a_database() throws Exception {
    Run run = run("create", closed.resolve("c.db"));

    assertFails(run, 1, "access to " + closed.resolve("c.db") + " was denied");
    assertThat(run.err()).doesNotContain("open plans");
  }

  @Test
  void a_link_to_itself_is_named() throws IOException {
    Path loop = folder.resolve("loop.db");
    Files.createSymbolicLink(loop, loop);

    Run run = cli.run("create", loop);

    assertFails(run, 1, loop.toString());
    assertThat(run.err()).doesNotContain("open plans");
  }

  private Run runLine(String command) throws IOException, InterruptedException {
    Object[] words = command.split(" ");
    return run(words);
  }

  private void setMode(String mode) throws IOException {
    Files.setPosixFilePermissions(store, PosixFilePermissions.fromString(mode));
  }

  private static void assertDenied(Run run, String what) {
    assertFails(run, 1, "access to " + what, " was denied");
    assertThat(run.object("error")).containsEntry("code", "ACCESS_DENIED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "verify", "info latest", "size", "status"})
  void a_store_that_cannot_be_written_is_read(String command) throws Exception {
    create();
    List<String> stored = names(store);
    setMode("r-x------");

    Run run = runLine(command);

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(names(store)).isEqualTo(stored);
  }

  @ParameterizedTest
  @ValueSource(strings = {"create app.db", "pin latest", "delete latest --force", "compare latest"})
  void a_store_that_cannot_be_written_is_not_changed(String command) throws Exception {
    create();
    List<String> stored = names(store);
    setMode("r-x------");

    Run run = runLine(command + " --json");

    assertFails(run, 1, "access to " + store, " was denied");
    assertThat(run.err()).contains("hint: ");
    assertThat(names(store)).isEqualTo(stored);
  }

  @Test
  void a_store_that_cannot_be_written_is_restored_by_way_of_another_folder() throws Exception {
    create();
    Database.execute(database, "delete from note");
    setMode("r-x------");

    Run refused = run("restore", "latest", "--force", "--json");
    assertDenied(refused, store.toString());
    assertThat(refused.err()).contains("hint: ").contains("--safety-backup-dir");
    assertThat(refused.json()).containsEntry("outcome", "unchanged");
    assertThat(Database.notes(database)).isZero();

    Path safe = folder.resolve("safe");
    Run restored = run("restore", "latest", "--force", "--safety-backup-dir", safe, "--json");
    assertThat(restored.exit()).as(restored.err()).isZero();
    assertThat(restored.json())
        .containsEntry("outcome", "restored")
        .containsEntry("verified", true);
    assertThat(Database.notes(database)).isEqualTo(10);
    assertThat(Cli.of(safe).run("list", "--quiet").out().strip())
        .isEqualTo(restored.text("safety_backup_id"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "create app.db",
        "list",
        "verify",
        "info latest",
        "compare latest",
        "size",
        "pin latest",
        "clean 1",
        "delete latest",
        "restore latest --force",
        "restore latest --force --safety-backup-dir safe",
        "restore latest --target copy.db"
      })
  void a_store_without_permission_is_named_and_not_called_empty(String command) throws Exception {
    create();
    setMode("---------");

    Run run = runLine(command + " --json");

    assertDenied(run, store.toString());
    assertThat(run.err()).contains("hint: Give this user access, or use another folder.");
    assertThat(folder.resolve("copy.db")).doesNotExist();
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @Test
  void a_status_of_a_store_without_permission_is_not_healthy() throws Exception {
    create();
    setMode("---------");

    Run run = run("status", "--json");

    assertFails(run, 1, "access to " + store + " was denied");
    assertThat(run.json()).containsEntry("healthy", false);
  }
}
