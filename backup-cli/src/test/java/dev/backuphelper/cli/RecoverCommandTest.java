package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.cli.Cli.Run;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
    assertThat(dry.out()).contains("would be finished: restore ");

    Run run = cli.run("recover", "--json");
    assertThat(run.exit()).as(run.err()).isZero();
    Map<String, Object> resolved = run.objects("resolved").get(0);
    assertThat(resolved)
        .containsOnlyKeys(
            "marker", "title", "action", "backup", "safety_backup_id", "targets", "contended")
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
        .satisfies(
            open -> assertThat(open).containsOnlyKeys("id", "marker", "code", "reason", "hint"));
    assertThat(run.object("error")).containsEntry("code", "REFUSED");
    assertThat(Database.notes(database)).isEqualTo(4);

    Object[] remedy = remedyIn(run.object("error").get("hint").toString(), choice);
    assertThat(cli.with(Map.of()).run(remedy).exit()).isZero();
    assertThat(Database.notes(database)).isEqualTo(choice.equals("--keep") ? 4 : 10);
    assertThat(cli.run("recover").out()).contains("nothing is open");
  }

  @Test
  void one_can_be_named() throws Exception {
    kill("plan-written");
    String open = cli.run("list").err();
    String id = open.replaceAll("(?s).*backup recover ([0-9-]+).*", "$1");

    assertFails(cli.run("recover", "19990101-000000-000"), 5, "no open plan");
    assertFails(cli.run("recover", "1999"), 2, "nothing is open whose id begins with '1999'");
    assertFails(cli.run("recover", "../x"), 2, "nothing is open whose id begins with '../x'");
    String beginning = id.substring(0, id.length() - 1);
    assertThat(cli.run("recover", beginning, "--quiet").out()).contains("app.db");
  }

  /** Returns the words of the command of a hint that makes a choice. */
  private static Object[] remedyIn(String hint, String choice) {
    String command =
        hint.lines()
            .flatMap(line -> Arrays.stream(line.split("; |: ")))
            .filter(part -> part.endsWith(choice))
            .findFirst()
            .orElseThrow(() -> new AssertionError(hint));
    return ShellWords.parse(command.replaceFirst("^backup ", "")).words().toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--restore", "--keep"})
  void a_migration_that_died_is_undone_unless_it_is_to_be_kept(String choice) throws Exception {
    killMigration("restoring");
    Object[] dryRun = {"recover", "--dry-run"};
    assertThat(cli.run(dryRun).out()).contains("would be restored: " + database + " from backup ");

    Run run = cli.run((Object[]) ("recover --json " + choice).split(" "));

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.objects("resolved"))
        .singleElement()
        .satisfies(
            resolved ->
                assertThat(resolved)
                    .containsEntry("title", "migration orders v42")
                    .containsEntry("action", choice.equals("--keep") ? "kept" : "restored"));
    assertThat(Database.notes(database)).isEqualTo(choice.equals("--keep") ? 4 : 10);
    assertThat(cli.run("recover").out()).contains("nothing is open");
  }

  @Test
  void a_migration_whose_policy_is_to_stop_waits_for_a_decision() throws Exception {
    killMigration("stopping");

    Run run = cli.run("recover");

    assertFails(run, 7, "migration orders v42 was interrupted, and nothing is to be restored");
    String hint = run.err().lines().filter(line -> line.startsWith("hint: ")).findFirst().get();
    assertThat(cli.with(Map.of()).run(remedyIn(hint, "--restore")).out())
        .contains("restored: " + database + " from backup ", "which undoes migration orders v42")
        .contains("the state found is kept as backup ");
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  /** Somebody wants to look at what a crash left, in a copy. */
  @ParameterizedTest
  @ValueSource(strings = {"", "--restore", "--keep", "--dry-run"})
  void in_a_copy_of_the_whole_folder_nothing_is_done_to_the_original(String choice)
      throws Exception {
    killMigration("restoring");
    Path copy = Files.createDirectory(folder.resolve("copy"));
    for (Path each : List.of(store, database.getParent())) {
      for (String name : Folders.names(each)) {
        Path file = each.resolve(name);
        if (Files.isRegularFile(file)) {
          Files.copy(file, copy.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }

    Run run = cli.run((Object[]) ("recover --dir " + copy + " " + choice).split(" "));

    assertFails(run, 7, "belongs to the store " + store);
    assertThat(run.err()).contains("--dir " + store).doesNotContain("--dir " + copy);
    Run status = cli.run("status", "--dir", copy);
    assertFails(status, 1, "belongs to the store " + store);
    assertThat(status.out()).contains("--dir " + store).doesNotContain("--dir " + copy);
    assertThat(Database.notes(database)).isEqualTo(4);
    assertThat(database.resolveSibling("app.db.backup-open.json")).exists();
    assertThat(cli.run("recover").out()).contains("restored: " + database);
  }

  @Test
  void a_store_that_is_not_there_is_none_with_nothing_open() {
    Run run = cli.run("recover");

    assertFails(run, 5, "there is no store at " + store);
    assertThat(run.err()).contains("hint: Check the folder's spelling");
    assertThat(store).doesNotExist();
  }

  @Test
  void a_backup_that_is_not_there_is_brought_back_or_given_up() throws Exception {
    killMigration("restoring");
    String id = cli.run("list", "--quiet").out().strip();
    Path artifact = artifact(id);
    Path away = Files.move(artifact, folder.resolve("away"));

    Run run = cli.run("recover");

    assertFails(run, 4, "still open", artifact.getFileName().toString());
    assertThat(run.err())
        .contains("hint: Bring it back; or keep what is there: backup recover " + id)
        .doesNotContain("--restore");
    assertThat(Database.notes(database)).isEqualTo(4);
    Files.move(away, artifact);
    assertThat(cli.run("recover").exit()).isZero();
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @Test
  void what_somebody_works_on_is_left_alone() {
    BackupHelper backups =
        BackupHelper.builder().directory(store).source(SqliteSource.of(database)).build();
    // The lock belongs to the thread of the guard, and the command is one of another thread.
    Run run =
        MigrationGuard.of(backups)
            .call(
                "v42",
                () -> CompletableFuture.supplyAsync(() -> cli.run("recover", "--json")).join());

    assertFails(run, 6, "it is still being worked on");
    assertThat(run.object("error"))
        .containsEntry("code", "LOCKED")
        .containsEntry("hint", "Run it again when that has ended.");
  }

  @Test
  void a_plan_that_cannot_be_read_is_corrupt() throws Exception {
    create();
    Files.writeString(store.resolve(".open-20250101-000000-001.json"), "{");

    Run run = cli.run("recover", "--json");

    assertFails(run, 4, ".open-20250101-000000-001.json");
    assertThat(run.err()).contains("hint: Look at the database, then remove that file by hand.");
    assertThat(run.object("error")).containsEntry("code", "CORRUPT");
    assertThat(run.objects("open").get(0)).containsEntry("code", "CORRUPT");
  }

  @Test
  void when_some_are_resolved_it_is_done_in_part() throws Exception {
    killMigration("restoring");
    Files.writeString(store.resolve(".open-20250101-000000-001.json"), "{");

    assertFails(cli.run("recover"), 3, ".open-20250101-000000-001.json");
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  /** Of a migration that was over, only the pointer is left. */
  @Test
  void what_is_over_is_closed_and_nothing_said_of_its_databases() throws Exception {
    killMigration("restoring");
    Path pointer =
        Folders.names(store).stream()
            .filter(name -> name.startsWith(".open-"))
            .map(store::resolve)
            .findFirst()
            .orElseThrow();
    String begun = Files.readString(pointer);
    Files.writeString(pointer, begun.replaceFirst("(\"begun\" ?: ?)true", "$1false"));
    Files.delete(database.resolveSibling("app.db.backup-open.json"));

    Run run = cli.run("recover");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).contains("closed: plan ", "nothing was left to do for " + database);
    assertThat(Database.notes(database)).isEqualTo(4);
  }

  private void killMigration(String policy) throws Exception {
    Run killed = JavaProcess.start(folder, KilledMigration.class, store, database, policy).end();
    assertThat(killed.exit()).as(killed.err()).isEqualTo(KilledMigration.EXIT);
    assertThat(Database.notes(database)).isEqualTo(4);
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
