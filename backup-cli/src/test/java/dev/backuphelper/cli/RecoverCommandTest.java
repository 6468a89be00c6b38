package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoverCommandTest extends CommandTest {
  @Test
  void when_nothing_is_open_it_says_so() {
    create();

    assertThat(cli.run("recover").out()).contains("nothing is open");
    Run run = cli.run("recover", "--json");
    assertEnvelope(run, "recover");
    assertThat(run.json())
        .containsEntry("dry_run", false)
        .containsEntry("resolved", List.of())
        .containsEntry("open", List.of());
  }

  @Test
  void a_restore_killed_before_it_wrote_is_undone() throws Exception {
    kill("plan-written");

    Run run = cli.run("recover", "--json");

    assertEnvelope(run, "recover");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.objects("resolved"))
        .singleElement()
        .satisfies(r -> assertThat(r).containsEntry("action", "undone"));
    assertThat(Database.notes(database)).isEqualTo(4);
    assertThat(cli.run("list").err()).isEmpty();
  }

  @Test
  void a_restore_killed_while_it_wrote_is_finished() throws Exception {
    kill("phase-writing");

    Run dry = cli.run("recover", "--dry-run");
    assertThat(dry.exit()).as(dry.err()).isZero();
    assertThat(dry.out()).contains("would be finished: restore of");

    Run run = cli.run("recover", "--json");
    assertThat(run.exit()).as(run.err()).isZero();
    Map<String, Object> resolved = run.objects("resolved").get(0);
    assertThat(resolved)
        .containsOnlyKeys("marker", "action", "backup", "safety_backup_id", "targets")
        .containsEntry("action", "finished")
        .containsEntry("targets", List.of(database.toString()));
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--keep", "--restore"})
  void what_changed_since_is_left_open_until_somebody_decides(String choice) throws Exception {
    kill("phase-writing");
    // Later than two heartbeats after the last one.
    database.toFile().setLastModified(Instant.now().plusSeconds(3600).toEpochMilli());

    Run run = cli.run("recover", "--json");
    assertFails(run, 7, "still open", "was interrupted, so nothing is overwritten unasked");
    assertEnvelope(run, "recover");
    assertThat(run.objects("open"))
        .singleElement()
        .satisfies(open -> assertThat(open).containsOnlyKeys("marker", "reason"));
    assertThat(run.err()).contains("--restore").contains("--keep");
    assertThat(Database.notes(database)).isEqualTo(4);

    assertThat(cli.run("recover", choice).exit()).isZero();
    assertThat(Database.notes(database)).isEqualTo(choice.equals("--keep") ? 4 : 10);
    assertThat(cli.run("recover").out()).contains("nothing is open");
  }

  @Test
  void one_can_be_named() throws Exception {
    kill("plan-written");
    String open = cli.run("list").err();
    String id = open.replaceAll("(?s).*backup recover ([0-9-]+).*", "$1");

    assertFails(cli.run("recover", "19990101-000000-000"), 5, "no open plan");
    assertFails(cli.run("recover", "1999"), 2, "not a whole id: '1999'");
    assertFails(cli.run("recover", "../x"), 2, "not a whole id");
    assertThat(cli.run("recover", id, "--quiet").out()).contains("app.db");
  }

  @Test
  void choices_exclude_each_other() {
    assertFails(cli.run("recover", "--keep", "--restore"), 2, "exclude each other");
  }

  @Test
  void other_commands_say_that_something_is_open_and_touch_no_database() throws Exception {
    String id = kill("phase-writing");

    for (List<Object> command :
        List.<List<Object>>of(
            List.of("list"),
            List.of("info", id),
            List.of("compare", id),
            List.of("size"),
            List.of("verify"),
            List.of("pin", id),
            List.of("unpin", id),
            List.of("clean", "9"),
            List.of("create", database))) {
      Run run = cli.run(command.toArray());
      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(run.err()).as("%s", command).contains("warning: restore ").contains("is open for");
    }
    assertThat(cli.run("list", "--json").json().get("warnings").toString()).contains("is open for");
    assertFails(cli.run("delete", id, "--force"), 7, "open");
    assertThat(cli.run("restore", id, "--dry-run").err()).doesNotContain("is open for");
    assertThat(cli.run("completion").err()).isEmpty();
    assertThat(Database.notes(database)).isEqualTo(4);
  }

  /** Makes a backup of 10 notes, deletes 6 of them, and kills a restore at a step. */
  private String kill(String step) throws IOException, InterruptedException {
    String id = create();
    Database.execute(database, "delete from note where id > 4");
    Path scratch = folder;
    Run killed = JavaProcess.start(scratch, KilledRestore.class, store, id, step).end();
    assertThat(killed.exit()).as(killed.err()).isEqualTo(KilledRestore.EXIT);
    return id;
  }
}
