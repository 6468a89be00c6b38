package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmUpTest {
  @TempDir Path folder;

  @Test
  void uses_the_commands_for_real() throws Exception {
    WarmUp.run(folder);

    assertThat(CommandTest.names(folder)).contains("app.db");
    // The two backups, and the safety backup of the restore and, where there is its command, the
    // guard.
    assertThat(Cli.of(folder.resolve("backups")).run("list", "--quiet").out().lines())
        .hasSizeBetween(3, 4);
  }

  @Test
  void leaves_nothing_behind() throws Exception {
    Cli.Run run = JavaProcess.start(folder, WarmUp.class).end();

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).isEmpty();
  }
}
