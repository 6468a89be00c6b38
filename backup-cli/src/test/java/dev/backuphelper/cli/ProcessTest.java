package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.backuphelper.cli.Cli.Run;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "processes end without signals there")
  void a_signal_ends_a_create_quietly(String signal, int exit) throws Exception {
    String before = create();
    try (Connection holder = Database.connect(database);
        Statement statement = holder.createStatement()) {
      statement.execute("begin exclusive");
      JavaProcess waiting =
          JavaProcess.start(folder, Main.class, "create", "app.db", "--lock-timeout", "60");
      // The intent is the first thing that it writes.
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> names(store).stream().anyMatch(name -> name.startsWith(".intent")));

      waiting.signal(signal);

      assertEndedQuietly(waiting.end(), exit);
    }
    assertThat(cli.run("list", "--quiet").out().strip()).isEqualTo(before);
    assertThat(cli.run("verify").exit()).isZero();
    assertThat(cli.run("recover").exit()).isZero();
    assertThat(names(store)).noneMatch(name -> name.startsWith(".intent"));
    assertThat(create()).isGreaterThan(before);
  }

  /** A reader makes it wait where it has written its plan, and begins to write the database. */
  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "processes end without signals there")
  void a_signal_ends_a_restore_quietly(String signal, int exit) throws Exception {
    String backup = create();
    Database.execute(database, "delete from note where id > 3");
    try (Connection reader = Database.connect(database);
        Statement statement = reader.createStatement();
        ResultSet rows = statement.executeQuery("select * from note")) {
      assertThat(rows.next()).isTrue();
      JavaProcess waiting =
          JavaProcess.start(
              folder, Main.class, "restore", backup, "--force", "--lock-timeout", "60");
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> names(folder).contains("app.db.backup-open.json"));

      waiting.signal(signal);

      assertEndedQuietly(waiting.end(), exit);
    }
    assertThat(cli.run("verify").exit()).isZero();
    Run recovered = cli.run("recover");
    assertThat(recovered.exit()).as(recovered.err()).isZero();
    assertThat(names(folder)).doesNotContain("app.db.backup-open.json");
    assertThat(Database.notes(database)).isIn(3, 10);
    assertThat(cli.run("verify").exit()).isZero();
    assertThat(cli.run("restore", backup, "--force").exit()).isZero();
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  private static void assertEndedQuietly(Run run, int exit) {
    assertThat(run.exit()).as(run.err()).isEqualTo(exit);
    assertThat(run.err()).doesNotContain("\tat ").doesNotContain("Exception");
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
