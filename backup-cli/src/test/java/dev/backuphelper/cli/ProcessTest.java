package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.backuphelper.cli.Cli.Run;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The command in a process of its own, as people and cron jobs run it. */
class ProcessTest extends CommandTest {
  private Run main(Object... arguments) throws Exception {
    return JavaProcess.start(folder, Main.class, arguments).end();
  }

  @Test
  void the_main_job_from_create_to_restore() throws Exception {
    Run created = main("create", "app.db", "--json");
    assertEnvelope(created, "create");
    assertThat(created.err()).isEmpty();
    assertThat(main("verify").exit()).isZero();
    Database.execute(database, "delete from note");

    Run refused = main("restore", "latest");
    assertFails(refused, 7, "it would overwrite " + database);
    Run restored = main("restore", "latest", "--force");

    assertThat(restored.exit()).as(restored.err()).isZero();
    assertThat(Database.notes(database)).isEqualTo(10);
    Database.flipBit(artifact(created.text("id")));
    assertFails(main("verify", created.text("id")), 4, created.text("id"));
  }

  @Test
  void failures_show_no_stack_trace() throws Exception {
    assertFails(main("create", "none.db"), 5, "none.db");
    assertFails(main("bogus"), 2, "unknown command");
    Run verbose = main("create", "none.db", "--verbose");
    assertThat(verbose.exit()).isEqualTo(5);
    assertThat(verbose.err()).contains("\tat ");
  }

  @Test
  void the_log_is_for_verbose_alone() throws Exception {
    assertThat(main("create", "app.db").err()).isEmpty();
    assertThat(main("create", "app.db", "--verbose").err()).contains("DEBUG").contains("create: ");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "processes end without signals there")
  void a_signal_ends_it_quietly() throws Exception {
    try (Connection holder = Database.connect(database);
        Statement statement = holder.createStatement()) {
      statement.execute("begin exclusive");
      JavaProcess waiting =
          JavaProcess.start(folder, Main.class, "create", "app.db", "--lock-timeout", "60");
      // The intent is the first thing that it writes.
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> names(store).stream().anyMatch(name -> name.startsWith(".intent")));

      waiting.terminate();

      Run run = waiting.end();
      assertThat(run.exit()).isEqualTo(143);
      assertThat(run.err()).doesNotContain("\tat ").doesNotContain("Exception");
    }
    assertThat(cli.run("list", "--quiet").out()).isEmpty();
  }

  @Test
  void several_at_once_make_backups_of_their_own() throws Exception {
    int count = 4;
    ExecutorService pool = Executors.newFixedThreadPool(count);
    try {
      List<Callable<Run>> creates = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        creates.add(() -> main("create", "app.db", "--quiet"));
      }
      for (var run : pool.invokeAll(creates)) {
        assertThat(run.get().exit()).as(run.get().err()).isZero();
      }
    } finally {
      pool.shutdown();
    }
    assertThat(cli.run("list", "--quiet").out().lines().distinct()).hasSize(count);
    assertThat(cli.run("verify").exit()).isZero();
  }

  @Test
  void the_working_directory_is_where_things_are_by_default() throws Exception {
    Files.createDirectory(folder.resolve(".git"));
    Files.writeString(folder.resolve(".git/HEAD"), "ref: refs/heads/here\n");

    Run run = main("create", "app.db", "--quiet");

    assertThat(main("info", run.out().strip(), "--json").object("backup"))
        .containsEntry("git_branch", "here")
        .containsEntry("git_commit", null);
  }
}
