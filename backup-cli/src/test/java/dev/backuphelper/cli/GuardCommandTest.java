package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code guard} with commands that are real processes; in one of its own where streams matter. */
class GuardCommandTest extends CommandTest {
  private static final String DAMAGE = "delete from note where id > 3";
  private static final String MORE = "create table more (id integer primary key)";

  private Run guard(Object... arguments) {
    return cli.run(line(arguments));
  }

  private Run process(String input, Object... arguments) throws Exception {
    return JavaProcess.start(
            folder, Map.of(), input, JavaProcess.command(Main.class, line(arguments)))
        .end();
  }

  /** Puts the command's name and its label before the words, of which lists are several. */
  private static Object[] line(Object... words) {
    List<Object> line = new ArrayList<>(List.of("guard", "--label", "orders-v42"));
    for (Object word : words) {
      if (word instanceof List<?> several) {
        line.addAll(several);
      } else {
        line.add(word);
      }
    }
    return line.toArray();
  }

  private List<String> migration(int exit, String... statements) {
    List<Object> words = new ArrayList<>(List.of(database, exit));
    words.addAll(List.of(statements));
    return JavaProcess.command(MigrationProgram.class, words.toArray());
  }

  private Map<String, Object> report() throws IOException {
    return Cli.json(Files.readAllBytes(reportFile()));
  }

  private Path reportFile() {
    return folder.resolve("guard.json");
  }

  @Test
  void a_command_that_goes_well_is_kept_and_has_the_streams_to_itself() throws Exception {
    Run run =
        process(
            "from stdin\n", database, "--report", reportFile(), "--", migration(0, MORE, "echo"));

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out().lines()).containsExactly("from stdin", "migrated");
    assertThat(run.err()).contains("to stderr").contains("guard orders-v42: safety backup ");
    Database.execute(database, "select * from more");
    assertThat(names(folder)).doesNotContain("app.db.backup-open.json");
    String safety = cli.run("list", "--quiet").out().strip();
    assertThat(cli.run("info", safety, "--json").object("backup"))
        .containsEntry("kind", "safety")
        .containsEntry("operation", "orders-v42");
    assertThat(report())
        .containsEntry("command", "guard")
        .containsEntry("success", true)
        .containsEntry("label", "orders-v42")
        .containsEntry("databases", List.of(database.toString()))
        .containsEntry("outcome", "migrated")
        .containsEntry("command_exit", 0L)
        .containsEntry("signal", null)
        .containsEntry("safety_backup_id", safety)
        .containsEntry("failed_state_id", null)
        .containsKeys("durations", "performance", "timestamp", "warnings");
  }

  @Test
  void a_command_that_fails_is_undone_and_its_exit_code_kept() throws Exception {
    Run run = guard(database, "--report", reportFile(), "--", migration(3, DAMAGE, MORE));

    assertFails(
        run,
        3,
        "the command ended with exit code 3; migration orders-v42 failed",
        database + "] hold again what they held before");
    assertThat(run.out()).isEmpty();
    assertThat(Database.notes(database)).isEqualTo(10);
    assertThat(tables()).doesNotContain("more");
    assertThat(report())
        .containsEntry("success", false)
        .containsEntry("outcome", "restored")
        .containsEntry("command_exit", 3L);
    String failed = (String) report().get("failed_state_id");
    assertThat(cli.run("restore", failed, "--target", folder.resolve("failed.db")).exit()).isZero();
    assertThat(Database.notes(folder.resolve("failed.db"))).isEqualTo(3);
  }

  @Test
  void without_restoring_it_says_how_to() throws Exception {
    Run run = process("", database, "--no-restore", "--", migration(4, DAMAGE));

    assertThat(run.err().lines()).as("in words, not as a log").hasSize(2);
    assertFails(run, 4, "what it left in [" + database + "] is still there");
    assertThat(Database.notes(database)).isEqualTo(3);
    assertThat(cli.run("list").err()).as("nothing is open").isEmpty();
    assertThat(cli.with(Map.of()).run(commandIn(run.err(), "restore")).exit()).isZero();
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  /** Returns the words of a command of ours that a message names, without "backup". */
  static Object[] commandIn(String message, String command) {
    String text = message.replaceAll("(?s).*backup (" + command + " [^;\\n]*).*", "$1");
    return ShellWords.parse(text).words().toArray();
  }

  @Test
  void what_does_not_pass_the_checks_is_undone() throws Exception {
    Run run =
        guard(
            database,
            "--report",
            reportFile(),
            "--",
            migration(
                0,
                "create table part (note integer references note (id))",
                "insert into part values (99)"));

    assertFails(run, 125, "migration orders-v42 failed its checks", "foreign_key_check");
    assertThat(tables()).doesNotContain("part");
    assertThat(report()).containsEntry("outcome", "restored").containsEntry("command_exit", 0L);
  }

  @Test
  void a_database_that_is_missing_is_missing_again() throws Exception {
    Files.delete(database);

    Run run = guard(database, "--", migration(1, MORE));

    assertFails(run, 1, "hold nothing again, as before");
    assertThat(run.err()).contains("no safety backup is needed");
    assertThat(database).doesNotExist();
  }

  @Test
  void several_databases_are_undone_together() throws Exception {
    Path other = Database.create(folder.resolve("other.db"));

    Run run =
        guard(
            folder.resolve("*.db"),
            "--",
            migration(1, DAMAGE, "attach '" + other + "' as o", "drop table o.note"));

    assertThat(run.exit()).isEqualTo(1);
    assertThat(Database.notes(database)).isEqualTo(10);
    assertThat(Database.notes(other)).isEqualTo(10);
  }

  @Test
  void a_command_that_cannot_be_run_changes_nothing() throws Exception {
    assertFails(guard(database, "--", "no-such-command"), 127, "does not exist: no-such-command");
    assertFails(guard(database, "--", "./no/such"), 127, "./no/such");
    assertFails(guard(database, "--", folder), 126, "cannot be run: " + folder);
    assertFails(guard(database, "--", ""), 127, "does not exist: ");
    assertThat(store).doesNotExist();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "scripts name no interpreter there")
  void a_command_that_does_not_start_changes_nothing() throws Exception {
    Path script = Files.writeString(folder.resolve("migrate"), "#!/no/such/interpreter\n");
    assertFails(guard(database, "--", script), 126, "cannot be run: " + script);
    assertThat(script.toFile().setExecutable(true)).isTrue();

    Run run = guard(database, "--", script);

    assertFails(run, 127, "does not exist: " + script);
    assertThat(names(folder)).doesNotContain("app.db.backup-open.json");
    assertThat(cli.run("list", "--quiet").out().lines()).as("no restore").hasSize(1);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it needs a shell")
  void the_command_gets_its_words_as_they_are() throws Exception {
    Run run =
        process(
            "",
            database,
            "--quiet",
            "--",
            "printf",
            "[%s]",
            "a b",
            "",
            "--json",
            "--",
            "-x",
            "*",
            "--label=y",
            "list");

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo("[a b][][--json][--][-x][*][--label=y][list]");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void a_guard_that_fails_itself_has_an_exit_code_of_its_own() throws Exception {
    Files.writeString(store, "no folder");
    assertFails(guard(database, "--", migration(0, DAMAGE)), 125, "is no folder");
    Files.delete(store);
    assertFails(
        guard(folder.resolve("none-*.db"), "--", migration(0, DAMAGE)), 125, "no database matches");
    Path garbage = Files.writeString(folder.resolve("garbage.db"), "no database at all, but text");
    assertFails(guard(garbage, "--", migration(0, DAMAGE)), 125, "cannot be read as a database");
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @Test
  void a_folder_that_is_missing_is_named() {
    Path lost = folder.resolve("lost/app.db");

    assertFails(guard(lost, "--", migration(0, MORE)), 125, "does not exist", "lost");
    assertThat(lost.getParent()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-wal", "-journal", ".backup-open.json", ".backup-lock"})
  void a_report_that_would_replace_what_belongs_to_a_database_is_refused_at_once(String suffix)
      throws Exception {
    Run run = guard(database, "--report", database + suffix, "--", migration(0, MORE));

    assertFails(run, 2, "--report: " + database + suffix);
    assertThat(tables()).doesNotContain("more");
  }

  @Test
  void a_report_that_cannot_be_written_is_no_success() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    Run run = guard(database, "--report", file.resolve("r.json"), "--", migration(0, MORE));

    assertFails(run, 125, "cannot write the report " + file);
    Database.execute(database, "select * from more");
  }

  @Test
  void a_database_that_stays_locked_is_waited_for_once() throws Exception {
    try (Connection holder = Database.connect(database);
        Statement statement = holder.createStatement()) {
      statement.execute("begin exclusive");

      Run run = guard(database, "--lock-timeout", "0", "--", migration(0, MORE));

      assertFails(run, 125, database.toString());
      assertThat(run.err()).doesNotContain("waiting up to");
    }
    assertThat(tables()).doesNotContain("more");
  }

  @Test
  void a_damaged_database_is_not_migrated() throws Exception {
    database = Database.createDamaged(folder.resolve("damaged.db"));

    Run run = guard(database, "--report", reportFile(), "--", migration(0, MORE));

    assertFails(run, 125, "fails its own checks");
    assertThat(report()).containsEntry("outcome", null).containsEntry("command_exit", null);
    assertThat(tables()).doesNotContain("more");
  }

  @Test
  void a_guard_in_a_guard_is_refused_at_once() throws Exception {
    List<String> inner =
        JavaProcess.command(Main.class, line(database, "--", migration(0, DAMAGE)));

    Run run = process("", database, "--", inner);

    assertThat(run.exit()).isEqualTo(125);
    assertThat(run.err()).contains("is guarded already, by the guard that this process runs in");
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @Test
  void a_guard_of_the_library_in_a_guard_is_refused_at_once() throws Exception {
    List<String> inner = JavaProcess.command(GuardingProgram.class, database, store);

    Run run = process("", database, "--", inner);

    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains(database + " is guarded already, by the guard that this process runs in");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--label x -- true                | no database named",
        "app.db --label x                 | no command to run",
        "app.db --label x --              | no command to run",
        "app.db true                      | missing required option: '--label=NAME'",
        "app.db -- true --label x         | missing required option: '--label=NAME'",
        "app.db --label= -- true          | not a label for a migration: ''",
        "app.db --label x --json -- true  | --json: stdout belongs to the command of a guard",
        "app.db --label x --wait y -- true | 'y' is not a number",
        "app.db --label -- -- true        | expected parameter for option '--label'",
        "app.db --label x --keep -- true  | unknown option: '--keep'",
      })
  void usage_errors_run_nothing(String line, String message) {
    Run run = cli.run((Object[]) ("guard " + line).split(" +"));

    assertFails(run, 2, message);
    assertThat(run.err()).contains("hint: ");
    assertThat(store).doesNotExist();
  }

  private List<String> tables() throws Exception {
    List<String> tables = new ArrayList<>();
    try (var connection = Database.connect(database);
        var statement = connection.createStatement();
        var rows = statement.executeQuery("select name from sqlite_schema where type = 'table'")) {
      while (rows.next()) {
        tables.add(rows.getString(1));
      }
    }
    return tables;
  }
}
