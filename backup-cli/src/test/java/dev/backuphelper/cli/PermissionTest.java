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

/** What this user may not see is not called missing, and the store is not blamed for it. */
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

    assertThat(run.exit()).isNotZero();
    assertThat(run.err()).contains(closed.toString()).doesNotContain("open plans");
  }

  @Test
  void a_link_to_itself_is_named() throws IOException {
    Path loop = folder.resolve("loop.db");
    Files.createSymbolicLink(loop, loop);

    Run run = cli.run("create", loop);

    assertThat(run.exit()).isNotZero();
    assertThat(run.err()).contains(loop.toString()).doesNotContain("open plans");
  }
}
