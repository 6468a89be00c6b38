package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of the command line as a whole: options, help, usage errors. */
class UsageTest {
  @TempDir Path folder;

  private Run run(Object... arguments) {
    return Cli.of(folder.resolve("backups")).run(arguments);
  }

  @Test
  void a_report_that_is_no_path_is_a_usage_error() {
    CommandTest.assertFails(run("verify", "--report", "a\0b"), 2, "--report");
    CommandTest.assertFails(run("verify", "--nonsense", "--report=a\0b"), 2, "--report");
  }

  @Test
  void a_report_that_would_be_a_folder_is_refused_before_anything_is_done() throws IOException {
    Path database = Database.create(folder.resolve("app.db"));

    Run run = run("create", database, "--report", folder);

    CommandTest.assertFails(run, 2, "--report: " + folder + " is there, and is no report");
    assertThat(folder.resolve("backups")).doesNotExist();
  }

  /** The options are contract; a missing one, or one more, is a mistake. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "create   | --compress --description --dry-run --encrypt --full --keep --kind --no-verify --pin --report --tag --type"
            + " --verify",
        "restore  | --at --component --dry-run --force --no-safety-backup --no-verify --pattern --report"
            + " --safety-backup-dir --target --verify",
        "verify   | --full --max-age-days --max-age-hours --max-size-gb --min-size-mb --pattern"
            + " --report",
        "status   |",
        "list     |",
        "info     |",
        "compare  |",
        "size     |",
        "clean    | --age-days --dry-run --keep-count --keep-daily --keep-hourly --keep-last"
            + " --keep-monthly --keep-weekly --keep-within --keep-yearly --kind --max-size-gb"
            + " --report",
        "pin      |",
        "unpin    |",
        "delete   | --dry-run --force",
        "guard    | --label --no-restore --report --wait",
        "recover  | --dry-run --keep --restore",
        "key      |",
        "rekey    |",
        "demo     | --crash",
        "completion |"
      })
  void each_command_has_its_options_and_explains_them(String command, String options) {
    Run run = run(command, "--help");

    assertThat(run.exit()).isZero();
    assertThat(run.err()).isEmpty();
    String help = run.out().replace("--[no-]verify", "--verify --no-verify");
    assertThat(help)
        .contains("Usage: backup " + command)
        .contains("Exit codes:")
        .contains("Examples:");
    List<String> own = options == null ? List.of() : List.of(options.split(" "));
    List<String> common =
        List.of("--dir", "--help", "--json", "--lock-timeout", "--quiet", "--verbose");
    List<String> explained =
        help.lines()
            .dropWhile(line -> !line.equals("Options:"))
            .takeWhile(line -> !line.equals("Exit codes:"))
            .filter(line -> line.matches(" {2,6}(-h, )?--.*"))
            .flatMap(line -> Arrays.stream(line.strip().split("   +")[0].split("[ ,=\\[]+")))
            .filter(word -> word.startsWith("--"))
            .toList();
    assertThat(explained).containsAll(own).containsAll(common).hasSize(own.size() + common.size());
  }

  @Test
  void the_help_names_commands_exit_codes_and_examples() {
    Run run = run("--help");

    assertThat(run.exit()).isZero();
    for (String command :
        List.of(
            "create",
            "restore",
            "verify, validate",
            "status",
            "list",
            "info",
            "compare",
            "size",
            "clean, prune",
            "pin",
            "unpin",
            "delete",
            "guard",
            "recover",
            "demo",
            "completion")) {
      assertThat(run.out()).containsPattern("\n  " + command + " +[A-Z]");
    }
    assertThat(run.out())
        .contains("Exit codes:")
        .contains("130, 143")
        .contains("Examples:")
        .contains("BACKUP_DIR");
    assertThat(run("-h", "create").out()).contains("Usage: backup create");
  }

  @Test
  void version_is_one_line() {
    assertThat(run("--version").out()).matches("backuphelper \\S+, Java .*\\R");
    assertThat(run("-V", "--json").text("text")).startsWith("backuphelper ");
    assertThat(run("--help", "--json").json())
        .containsEntry("command", "help")
        .containsEntry("success", true);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                 | no command given",
        "bogus                              | unknown command: 'bogus'",
        "list --bogus                       | unknown option: '--bogus'",
        "create --compress=lz4 x.db         | 'lz4' is none of zstd, gzip",
        "create --compress= x.db            | '' is none of zstd, gzip",
        "create x.db --compress --compress  | should be specified only once",
        "create --type mirror x.db          | none of auto, full, incremental, differential",
        "restore latest --at now            | 'now' is no moment as 2026-11-20T07:02:12Z",
        "list extra                         | more arguments than expected: 'extra'",
        "restore a b                        | more arguments than expected: 'b'",
        "list --dir                         | missing required parameter for option '--dir'",
        "list --dir --quiet                 | expected parameter for option '--dir'",
        "list --dir=                        | an empty argument names nothing",
        "list --lock-timeout x              | 'x' is not a number",
        "list --lock-timeout -1             | '-1' is not a number",
        "list --lock-timeout 1000000000     | is not a number from 0 to 999999999",
        "list --dir a --dir b               | should be specified only once",
        "--dir a list --dir b               | should be specified only once",
        "create --verify=no x.db            | should be specified without 'no' parameter",
        "delete                             | missing required parameter",
        "verify --min-size-mb 1e3           | '1e3' is not a number",
      })
  void usage_errors_are_one_line_and_a_hint(String line, String message) {
    Object[] arguments = line.isEmpty() ? new Object[0] : line.split(" +");

    Run run = run(arguments);

    CommandTest.assertFails(run, 2, message);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("hint: ");
    assertThat(folder.resolve("backups")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bogus", "list --bogus", "delete", "clean --keep-last x", "verify --full=1"})
  void usage_errors_are_json_where_json_is_asked_for(String line) {
    for (String words : List.of(line + " --json", "--json " + line)) {
      Run run = run((Object[]) words.split(" "));

      CommandTest.assertFails(run, 2);
      assertThat(run.object("error")).containsEntry("code", "INVALID_REQUEST");
      assertThat(run.json()).containsEntry("success", false).containsKeys("command", "timestamp");
    }
  }

  @Test
  void a_command_that_is_nearly_right_is_suggested() {
    assertThat(run("creat").err()).contains("hint: Did you mean create");
    assertThat(run("list", "--jsn").err()).contains("hint: Did you mean --json");
  }

  @Test
  void after_two_dashes_everything_is_a_name() {
    Run run = run("create", "--", "--json");

    CommandTest.assertFails(run, 5, "--json");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void what_nobody_foresaw_is_reported_without_a_stack_trace_unless_asked_for() {
    Path database = Database.create(folder.resolve("app.db"));

    Run run = broken().run("create", database);
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err())
        .contains("error: IllegalStateException: the clock is broken")
        .contains("hint: This is a defect")
        .doesNotContain("\tat ");
    assertThat(broken().run("create", database, "--verbose").err()).contains("\tat ");
  }

  private Cli broken() {
    return Cli.of(folder).at(new BrokenClock());
  }

  @Test
  void completion_is_a_script_that_knows_all_commands() {
    Run run = run("completion");

    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .startsWith("#!/usr/bin/env bash")
        .contains("complete -F _complete_backup -o default backup")
        .contains("--safety-backup-dir")
        .contains("recover");
    Run json = run("completion", "--json");
    CommandTest.assertEnvelope(json, "completion");
    assertThat(json.text("script")).startsWith("#!");
  }
}
