package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

class RestoreCommandTest extends CommandTest {
  @Test
  void brings_back_what_was_there_and_says_how_to_undo_it() {
    String id = create();
    Database.execute(database, "delete from note where id > 3");

    Run run = cli.run("restore", id, "--force");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(Database.notes(database)).isEqualTo(10);
    assertThat(run.out())
        .contains("restored " + id + ": app.db to " + database)
        .contains("verified,");
    List<String> undo = undo(run.out());
    assertThat(cli.run(undo.toArray()).exit()).isZero();
    assertThat(Database.notes(database)).isEqualTo(3);
  }

  /** Returns the words of the command that is printed for undoing. */
  private static List<String> undo(String out) {
    String line = out.lines().filter(l -> l.contains("undo with: ")).findFirst().orElseThrow();
    return List.of(line.substring(line.indexOf("undo with: backup ") + 18).split(" "));
  }

  @Test
  void json_has_the_keys_of_the_contract() {
    String id = create();

    Run run = cli.run("restore", "latest", "--force", "--json");

    assertEnvelope(run, "restore");
    assertThat(run.json())
        .containsEntry("id", id)
        .containsEntry("outcome", "restored")
        .containsEntry("verified", true)
        .containsEntry("dry_run", false);
    assertThat(run.text("safety_backup_id")).matches("[0-9-]{19}");
    assertThat(run.objects("restored"))
        .singleElement()
        .satisfies(
            part ->
                assertThat(part)
                    .containsEntry("name", "app.db")
                    .containsEntry("target", database.toString())
                    .containsEntry("before", "database"));
    assertThat(cli.run("info", run.text("safety_backup_id"), "--json").object("backup"))
        .containsEntry("kind", "safety");
  }

  @Test
  void quiet_prints_the_targets_alone() {
    create();

    assertThat(cli.run("restore", "latest", "--force", "--quiet").out().strip())
        .isEqualTo(database.toString());
  }

  @Test
  void a_dry_run_changes_nothing_and_asks_nothing() {
    String id = create();
    Database.execute(database, "delete from note");

    Run run = cli.run("restore", "latest", "--dry-run");

    assertThat(run.exit()).isZero();
    assertThat(run.out()).contains("dry run: would restore " + id).contains("nothing was changed");
    assertThat(Database.notes(database)).isZero();
    Run json = cli.run("restore", "latest", "--dry-run", "--json");
    assertEnvelope(json, "restore");
    assertThat(json.json()).containsEntry("dry_run", true).containsEntry("outcome", "unchanged");
    assertThat(cli.run("list", "--quiet").out().strip()).isEqualTo(id);
  }

  @Test
  void without_a_terminal_overwriting_needs_force() {
    create();
    Database.execute(database, "delete from note");

    Run run = cli.piping("y\n").run("restore", "latest", "--json");

    assertFails(run, 7, "it would overwrite " + database);
    assertEnvelope(run, "restore");
    assertThat(run.object("error")).containsEntry("code", "REFUSED");
    assertThat(run.json())
        .containsEntry("outcome", "unchanged")
        .containsEntry("restored", List.of());
    assertThat(run.err()).contains("hint: Give --force");
    assertThat(Database.notes(database)).isZero();
  }

  @Test
  void on_a_terminal_it_asks() {
    create();
    Database.execute(database, "delete from note");

    for (String answer : List.of("n\n", "\n", "", "yep\n", "no\n")) {
      Run no = cli.typing(answer).run("restore", "latest");
      assertThat(no.exit()).isEqualTo(7);
      assertThat(no.err())
          .startsWith("overwrite " + database + "? [y/N] ")
          .contains("error: declined; nothing was changed");
    }
    assertThat(Database.notes(database)).isZero();

    assertThat(cli.typing("Yes\n").run("restore", "latest").exit()).isZero();
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @Test
  void nothing_is_asked_when_nothing_is_overwritten() {
    create();
    Path target = folder.resolve("new/folder/copy.db");

    Run run = cli.run("restore", "latest", "--target", target);

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(Database.notes(target)).isEqualTo(10);
    assertThat(run.out()).contains("there is no safety backup");
  }

  @Test
  void without_an_argument_it_lists_what_there_is() {
    String id = create();

    Run run = cli.run("restore");
    assertFails(run, 2, "nothing named to restore");
    assertThat(run.out()).contains(id);

    Run json = cli.run("restore", "--json");
    assertEnvelope(json, "restore");
    assertThat(json.objects("backups"))
        .singleElement()
        .satisfies(b -> assertThat(b).containsEntry("id", id));
  }

  @Test
  void a_corrupt_backup_is_refused_and_the_target_left_alone() throws IOException {
    String good = create();
    Database.execute(database, "delete from note where id > 5");
    String bad = create();
    Database.flipBit(artifact(bad));

    Run run = cli.run("restore", "latest", "--force", "--json");

    assertFails(run, 4, bad);
    assertThat(run.err()).contains("hint: The newest that verifies is " + good);
    assertEnvelope(run, "restore");
    assertThat(run.json()).containsEntry("outcome", "unchanged");
    assertThat(Database.notes(database)).isEqualTo(5);
    assertThat(cli.run("restore", good, "--force").exit()).isZero();
  }

  /** Makes a backup of the database, and another of it once it fails its checks. */
  private List<String> goodAndDamaged() {
    String good = create();
    Database.execute(
        database,
        "create table account (owner text)",
        "insert into account values (null)",
        "pragma writable_schema = on",
        "update sqlite_schema set sql = 'create table account (owner text not null)'"
            + " where name = 'account'");
    Run run = cli.run("create", database, "--quiet");
    assertFails(run, 3, "fails its own checks");
    return List.of(good, run.out().strip());
  }

  @Test
  void the_latest_is_refused_if_it_is_damaged() {
    List<String> ids = goodAndDamaged();
    Path target = folder.resolve("target.db");

    for (Object latest : List.of("latest", store)) {
      Run run = cli.run("restore", latest, "--target", target, "--json");

      assertFails(run, 4, "backup " + ids.get(1) + " is damaged");
      assertEnvelope(run, "restore");
      assertThat(run.err()).contains("The newest that verifies is " + ids.get(0));
      assertThat(run.json()).containsEntry("outcome", "unchanged").containsEntry("verified", false);
      assertThat(run.object("error")).containsEntry("code", "CORRUPT");
      assertThat(target).doesNotExist();
    }
    assertFails(cli.run("restore", "latest", "--dry-run"), 4, "is damaged");
    assertFails(
        cli.run("restore", "latest", "--target", target, "--no-verify"), 3, "with findings");
    assertThat(target).exists();
  }

  @Test
  void a_damaged_one_is_restored_by_its_id_with_a_finding() {
    String damaged = goodAndDamaged().get(1);
    Path target = folder.resolve("target.db");

    Run run = cli.run("restore", damaged, "--target", target, "--json");

    assertFails(run, 3, "restored unverified, with findings", damaged, "was damaged");
    assertEnvelope(run, "restore");
    assertThat(run.json()).containsEntry("verified", false).containsEntry("outcome", "restored");
    assertThat(run.object("error")).containsEntry("code", "UNVERIFIED");
    assertThat(Database.notes(target)).isEqualTo(10);
  }

  @Test
  void an_unknown_id_is_not_found() {
    create();

    assertFails(cli.run("restore", "20200101-000000-000", "--force"), 5, "backup not found");
    assertFails(cli.run("restore", "1", "--force"), 5, "backup not found");
    assertFails(Cli.of(folder.resolve("none")).run("restore", "latest"), 5, "backup not found");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  @Test
  void an_ambiguous_prefix_is_a_usage_error() {
    create();
    create();

    assertFails(cli.run("restore", "2", "--force"), 2, "2 backups begin with 2");
  }

  @Test
  void latest_of_several_groups_is_ambiguous() {
    create();
    create(Database.create(folder.resolve("other.db")));

    Run run = cli.run("restore", "latest", "--force");

    assertFails(run, 2, "2 sets of databases", "app.db", "other.db");
  }

  @Test
  void names_that_are_no_ids_touch_nothing() {
    create();

    assertFails(
        cli.run("restore", "../../no/such", "--target", folder.resolve("x.db")),
        5,
        "does not exist");
    assertFails(cli.run("restore", "*", "--force"), 2, "neither a backup's id nor a file: '*'");
    assertFails(cli.run("restore", "", "--force"), 2, "empty argument");
    assertFails(cli.run("restore", "bare", "--force"), 2, "bare");
  }

  @Test
  void a_component_can_be_restored_alone() {
    Path other = Database.create(folder.resolve("other.db"));
    String id = create(database, other);
    Database.execute(database, "delete from note");
    Database.execute(other, "delete from note");

    assertThat(cli.run("restore", id, "--component", "other.db", "--force").exit()).isZero();

    assertThat(Database.notes(database)).isZero();
    assertThat(Database.notes(other)).isEqualTo(10);
    assertFails(cli.run("restore", id, "--component", "a/b", "--force"), 2, "a/b");
    assertFails(cli.run("restore", id, "--component", "none.db", "--force"), 2, "none.db");
  }

  @Test
  void several_components_go_into_a_folder() {
    create(database, Database.create(folder.resolve("other.db")));
    Path target = folder.resolve("restored");

    Run run = cli.run("restore", "latest", "--target", target, "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.objects("restored")).hasSize(2);
    assertThat(names(target)).contains("app.db", "other.db");
  }

  @Test
  void a_plain_file_needs_a_target() throws IOException {
    Path plain = Database.create(folder.resolve("plain.db"));
    Path target = folder.resolve("target.db");
    Path zipped = gzip(plain);

    assertFails(cli.run("restore", plain), 2, "needs a target");
    for (Path file : List.of(plain, zipped)) {
      Run run = cli.run("restore", file, "--target", target, "--force", "--json");
      assertEnvelope(run, "restore");
      assertThat(run.json()).containsEntry("id", null).containsEntry("outcome", "restored");
      assertThat(Database.notes(target)).isEqualTo(10);
      Database.execute(target, "delete from note");
    }
  }

  @Test
  void a_component_of_a_plain_file_makes_no_sense() throws IOException {
    Path dumps = Files.createDirectory(folder.resolve("dumps"));
    Path plain = Database.create(dumps.resolve("plain.db"));
    Path target = folder.resolve("target.db");

    for (Path from : List.of(plain, dumps)) {
      assertFails(
          cli.run("restore", from, "--target", target, "--component", "plain.db"),
          2,
          "--component");
    }
    assertThat(target).doesNotExist();
  }

  @Test
  void of_a_folder_the_newest_valid_file_is_taken() throws IOException {
    Path dumps = Files.createDirectory(folder.resolve("dumps"));
    Database.create(dumps.resolve("good.db"));
    Path bad = Files.writeString(dumps.resolve("bad.db"), "no database, whatever its name says");
    Files.setLastModifiedTime(bad, FileTime.from(Instant.now().plusSeconds(60)));
    Path target = folder.resolve("target.db");

    Run run = cli.run("restore", dumps, "--target", target);

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).contains("warning: skipped " + bad + ": ");
    assertThat(Database.notes(target)).isEqualTo(10);
    assertFails(
        cli.run("restore", dumps, "--target", target, "--force", "--pattern", "*.none"),
        5,
        "dumps");
  }

  @Test
  void a_folder_with_manifests_is_a_store() {
    create();
    Path target = folder.resolve("target.db");

    Run run = Cli.of(folder.resolve("elsewhere")).run("restore", store, "--target", target);

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(Database.notes(target)).isEqualTo(10);
  }

  @Test
  void the_safety_backup_can_go_elsewhere_or_be_left_out() {
    create();
    Path safety = folder.resolve("safe ty");

    Run elsewhere = cli.run("restore", "latest", "--force", "--safety-backup-dir", safety);
    assertThat(elsewhere.exit()).as(elsewhere.err()).isZero();
    assertThat(elsewhere.out()).contains(" --dir '" + safety + "'");
    assertThat(names(safety)).anyMatch(name -> name.startsWith("backup-metadata."));

    Run without = cli.run("restore", "latest", "--force", "--no-safety-backup", "--json");
    assertThat(without.json()).containsEntry("safety_backup_id", null);
  }

  @Test
  void the_restore_can_be_recorded_elsewhere_without_a_safety_backup() {
    create();
    List<String> stored = names(store);
    Path elsewhere = folder.resolve("elsewhere");

    Run run =
        cli.run(
            "restore",
            "latest",
            "--force",
            "--no-safety-backup",
            "--safety-backup-dir",
            elsewhere,
            "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.json()).containsEntry("safety_backup_id", null);
    assertThat(names(store)).isEqualTo(stored);
    assertThat(names(elsewhere)).containsExactly(".lock");
  }

  @Test
  void a_target_below_a_file_is_a_mistake() throws IOException {
    create();
    Path file = Files.writeString(folder.resolve("r.db"), "a file");

    assertFails(
        cli.run("restore", "latest", "--target", file.resolve("x.db")), 2, file + " is no folder");
    assertFails(
        cli.run("restore", "latest", "--dry-run", "--target", file.resolve("a/b/x.db")),
        2,
        file + " is no folder");
  }

  @Test
  void a_dry_run_says_that_what_cannot_be_read_would_be_moved_aside() throws IOException {
    create();
    Files.writeString(database, "garbage that is no database");

    Run run = cli.run("restore", "latest", "--dry-run");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("is in a format that SQLite does not know")
        .contains("would be moved aside, to " + database + ".broken-ID");
    assertThat(database).hasContent("garbage that is no database");
  }

  @Test
  void a_log_without_its_database_is_kept_and_named() throws IOException {
    create();
    Files.delete(database);
    Path log = Files.writeString(folder.resolve("app.db-wal"), "what is left of it");

    Run dry = cli.run("restore", "latest", "--dry-run");
    assertThat(dry.err()).contains(log + " lies there without its database");
    Run run = cli.run("restore", "latest", "--json");

    assertThat(run.exit()).as(run.err()).isZero();
    List<?> kept = (List<?>) run.objects("restored").get(0).get("kept_aside");
    assertThat(kept).hasSize(1);
    assertThat(kept.get(0).toString()).startsWith(database + ".broken-").endsWith("-wal");
    assertThat(Path.of(kept.get(0).toString())).hasContent("what is left of it");
    assertThat(run.json().get("warnings").toString()).contains("without", kept.get(0).toString());
    assertThat(run.err()).contains("warning: ").contains(kept.get(0).toString());
  }

  @Test
  void a_pattern_needs_a_folder() {
    create();

    assertFails(cli.run("restore", "latest", "--pattern", "*.db"), 2, "--pattern");
  }

  @Test
  void no_verify_restores_what_is_left_and_says_so() throws IOException {
    create();
    Database.flipBit(artifact(cli.run("list", "--quiet").out().strip()));

    Run run = cli.run("restore", "latest", "--force", "--no-verify", "--json");

    assertFails(run, 3, "restored unverified, with findings");
    assertEnvelope(run, "restore");
    assertThat(run.json()).containsEntry("verified", false).containsEntry("outcome", "restored");
  }

  @Test
  void an_unreadable_target_is_kept_aside() throws IOException {
    create();
    Files.writeString(database, "garbage that is no database");

    Run run = cli.run("restore", "latest", "--force");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).contains("it is kept as " + database + ".broken-");
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @Test
  void a_locked_target_is_reported_as_such() throws SQLException {
    create();
    try (Connection holder = Database.connect(database);
        Statement statement = holder.createStatement()) {
      statement.execute("begin exclusive");

      assertFails(cli.run("restore", "latest", "--force", "--lock-timeout", "0.3"), 6, "app.db");
    }
  }

  @Test
  void a_folder_is_no_target_for_one_component_that_is_a_file() throws IOException {
    create();
    Path target = Files.createDirectory(folder.resolve("restored"));

    Run run = cli.run("restore", "latest", "--target", target, "--force", "--json");

    assertFails(run, 2, "the target is a folder: " + target);
    assertThat(run.err())
        .contains("hint: Name the file in it, as in: --target " + target.resolve("app.db"));
    assertThat(run.object("error")).containsEntry("code", "INVALID_REQUEST");
    assertThat(names(target)).isEmpty();

    Files.delete(database);
    Files.createDirectory(database);
    assertFails(cli.run("restore", "latest", "--force"), 2, "the target is a folder: " + database);
    assertThat(names(database)).isEmpty();
  }

  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Java does not tell of hard links there")
  @Test
  void a_hard_linked_database_is_refused() throws IOException {
    create();
    Files.createLink(folder.resolve("second-name.db"), database);

    assertFails(cli.run("restore", "latest", "--force"), 7, "app.db");
  }

  @Test
  void a_report_holds_the_same_object() throws IOException {
    create();
    Path report = folder.resolve("reports/restore.json");

    Run run = cli.run("restore", "latest", "--force", "--json", "--report", report);

    Map<String, Object> written = Cli.json(Files.readAllBytes(report));
    assertThat(written.keySet()).isEqualTo(run.json().keySet());
    assertThat(written.get("restored")).isEqualTo(run.json().get("restored"));
  }

  private static Path gzip(Path file) throws IOException {
    Path zipped = file.resolveSibling(file.getFileName() + ".gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
      Files.copy(file, out);
    }
    return zipped;
  }
}
