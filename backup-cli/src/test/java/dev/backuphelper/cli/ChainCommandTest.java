package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.cli.Cli.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Incremental and differential backups on the command line, and the choice of one by its time. */
class ChainCommandTest extends CommandTest {
  private Run create(String type) {
    Run run = cli.run("create", database, "--type", type, "--json");
    assertThat(run.exit()).as(run.err()).isZero();
    return run;
  }

  private void addNote() throws Exception {
    Database.execute(database, "insert into note(text) values ('one more')");
  }

  @Test
  void a_chain_is_made_shown_and_restored() throws Exception {
    Run full = create("auto");
    addNote();
    Run second = create("incremental");
    addNote();
    Run third = create("incremental");
    addNote();
    Run fourth = create("differential");
    String id = third.text("id");

    assertThat(full.json()).containsEntry("type", "full").containsEntry("parent", null);
    assertThat(third.json())
        .containsEntry("type", "incremental")
        .containsEntry("parent", second.text("id"));
    assertThat(fourth.json())
        .containsEntry("type", "differential")
        .containsEntry("parent", full.text("id"));
    List<String> chain = List.of(full.text("id"), second.text("id"), id);
    assertThat(cli.run("info", id, "--json").json()).containsEntry("chain", chain);
    assertThat(cli.run("info", id).out())
        .contains("chain        " + String.join(", ", chain))
        .contains("changed pages");
    assertThat(cli.run("info", full.text("id"), "--json").json())
        .containsEntry("chain", List.of(full.text("id")));
    assertThat(cli.run("list").out()).contains("incremental of " + second.text("id"));
    assertThat(cli.run("verify").exit()).isZero();
    assertFails(cli.run("delete", second.text("id")), 7, "is the base of " + id);

    Path target = folder.resolve("target.db");
    assertThat(cli.run("restore", id, "--target", target).exit()).isZero();
    assertThat(Database.notes(target)).isEqualTo(12);
  }

  @Test
  void a_full_one_instead_is_said() {
    Run run = cli.run("create", database, "--type", "incremental");

    assertThat(run.exit()).isZero();
    assertThat(run.err()).contains("there is no earlier backup to build on: this is a full backup");
    assertFails(cli.run("create", database, "--type", "mirror"), 2, "'mirror' is none of auto");
  }

  @Test
  void a_broken_chain_is_told_by_what_needs_it() throws Exception {
    Run full = create("full");
    Run second = create("incremental");
    Files.delete(store.resolve("app.db.backup." + full.text("id")));

    Run verified = cli.run("verify", second.text("id"));
    assertThat(verified.exit()).isEqualTo(4);
    assertThat(verified.out() + verified.err())
        .contains("it builds on app.db.backup." + full.text("id"));
    assertFails(cli.run("restore", second.text("id"), "--force"), 4, "does not verify");
    Files.delete(store.resolve("backup-metadata." + full.text("id") + ".json"));
    Run info = cli.run("info", second.text("id"));
    assertThat(info.exit()).isZero();
    assertThat(info.err()).contains("which is missing");
  }

  @Test
  void at_a_time_the_newest_that_is_not_later_is_restored() throws Exception {
    create("full");
    Run second = create("incremental");
    String then = date(second);
    Run third = create("incremental");
    addNote();
    create("incremental");
    Path target = folder.resolve("target.db");

    for (String at : List.of(then, then.replace("Z", ""), then.replace("Z", "+00:00"))) {
      Run run = cli.run("restore", "--at", at, "--target", target, "--force", "--json");
      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(run.text("id")).isEqualTo(second.text("id"));
    }
    Run just =
        cli.run("restore", "latest", "--at", date(third), "--target", target, "--force", "--json");
    assertThat(just.text("id")).isEqualTo(third.text("id"));
    assertFails(
        cli.run("restore", "--at", Instant.EPOCH.toString(), "--target", target),
        5,
        "no backup is as old as 1970-01-01T00:00:00Z");
    assertFails(cli.run("restore", "--at", "yesterday"), 2, "'yesterday' is no moment as");
    assertFails(
        cli.run("restore", second.text("id"), "--at", then),
        2,
        "--at: a backup or a file is named");
    assertFails(
        cli.run("restore", database, "--at", then, "--target", target),
        2,
        "--at: a backup or a file");
  }

  private String date(Run created) {
    Map<String, Object> info = cli.run("info", created.text("id"), "--json").json();
    return String.valueOf(((Map<?, ?>) info.get("backup")).get("date"));
  }
}
