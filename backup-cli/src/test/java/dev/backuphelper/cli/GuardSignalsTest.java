package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What signals do to a guard and to its command. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "processes end without signals there")
class GuardSignalsTest extends CommandTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String CTRL_C = "\u0003";

  private final List<ProcessHandle> started = new ArrayList<>();

  @AfterEach
  void endEverything() {
    started.forEach(ProcessHandle::destroyForcibly);
  }

  /** Starts a guard of a script that deletes notes first, and waits until it has done so. */
  private JavaProcess guardOf(String script) throws Exception {
    JavaProcess guard = start(script);
    await().atMost(LIMIT).until(() -> Files.exists(folder.resolve("ready")));
    assertThat(Database.notes(database)).isEqualTo(3);
    return guard;
  }

  private JavaProcess start(String script) throws IOException {
    return JavaProcess.start(folder, Map.of(), "", guardWords(script));
  }

  private List<String> guardWords(String script) {
    return JavaProcess.command(
        Main.class,
        "guard",
        database,
        "--label",
        "v42",
        "--report",
        "guard.json",
        "--",
        "sh",
        "-c",
        "echo $$ >pid; " + deletion(3) + " </dev/null && touch ready; " + script);
  }

  private String deletion(int from) {
    return JavaProcess.command(
            MigrationProgram.class, database, 0, "delete from note where id > " + from)
        .stream()
        .map(Format::shellWord)
        .collect(Collectors.joining(" "));
  }

  private Map<String, Object> report() throws IOException {
    return Cli.json(Files.readAllBytes(folder.resolve("guard.json")));
  }

  private ProcessHandle processIn(String file) throws IOException {
    long pid = Long.parseLong(Files.readString(folder.resolve(file)).strip());
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    started.add(process);
    return process;
  }

  @ParameterizedTest
  @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
  void a_signal_ends_the_command_and_what_it_did_is_undone(String signal, int exit)
      throws Exception {
    JavaProcess guard = guardOf("exec sleep 60");
    ProcessHandle command = processIn("pid");

    guard.signal(signal);

    Run run = guard.end();
    assertFails(run, exit, "the command was ended by the signal " + signal, "failed");
    assertThat(command.isAlive()).isFalse();
    assertThat(Database.notes(database)).isEqualTo(10);
    assertThat(report())
        .containsEntry("command_exit", (long) exit)
        .containsEntry("signal", signal)
        .containsEntry("outcome", "restored");
  }

  @ParameterizedTest
  @CsvSource({"HUP", "INT", "TERM"})
  void the_command_may_answer_a_signal_as_it_likes(String signal) throws Exception {
    JavaProcess guard =
        guardOf(
            "trap 'echo got >>got; exit 7' %s; touch trapped; while :; do sleep 0.1; done"
                .formatted(signal));
    await().atMost(LIMIT).until(() -> Files.exists(folder.resolve("trapped")));

    guard.signal(signal);

    assertFails(guard.end(), 7, "the command ended with exit code 7");
    assertThat(folder.resolve("got")).hasContent("got");
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @Test
  void it_waits_for_a_command_that_goes_on_and_keeps_what_it_did_well() throws Exception {
    JavaProcess guard =
        guardOf(
            "trap 'touch got' TERM; touch trapped;"
                + " while ! test -e end; do sleep 0.1; done; exit 0");
    await().atMost(LIMIT).until(() -> Files.exists(folder.resolve("trapped")));

    guard.signal("TERM");
    await().atMost(LIMIT).until(() -> Files.exists(folder.resolve("got")));
    guard.signal("TERM");
    assertThat(guard.isAlive()).isTrue();
    Files.createFile(folder.resolve("end"));

    assertThat(guard.end().exit()).isZero();
    assertThat(Database.notes(database)).isEqualTo(3);
    assertThat(report()).containsEntry("outcome", "migrated").containsEntry("signal", "TERM");
  }

  @Test
  void what_a_killed_shell_leaves_behind_is_ended_before_anything_is_restored() throws Exception {
    // The shell is no "exec": the signal ends it alone.
    JavaProcess guard =
        guardOf("sh -c 'echo $$ >inner; touch inner-ready; sleep 60; :'; echo not reached");
    await().atMost(LIMIT).until(() -> Files.exists(folder.resolve("inner-ready")));
    ProcessHandle inner = processIn("inner");

    guard.signal("TERM");

    Run run = guard.end();
    assertThat(run.exit()).as(run.err()).isEqualTo(143);
    assertThat(inner.isAlive()).isFalse();
    assertThat(run.err()).doesNotContain("still runs");
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @Test
  void a_signal_ends_the_wait_for_another_guard_at_once() throws Exception {
    JavaProcess first = guardOf("while ! test -e end; do sleep 0.1; done");
    JavaProcess second = start("exit 0");
    await().atMost(LIMIT).until(() -> second.err().contains("waiting up to 5 min 0 s"));

    second.signal("TERM");

    assertFails(second.end(), 143, "interrupted by the signal TERM before the command was run");
    assertThat(first.isAlive()).isTrue();
    Files.createFile(folder.resolve("end"));
    assertThat(first.end().exit()).isZero();
  }

  @Test
  void a_signal_before_the_command_runs_changes_nothing() throws Exception {
    Run run;
    try (Connection holder = Database.connect(database);
        Statement statement = holder.createStatement()) {
      statement.execute("begin exclusive");
      JavaProcess guard = start("exit 0");
      await().atMost(LIMIT).until(() -> names(folder).contains("app.db.backup-lock.holder"));
      guard.signal("INT");
      await().atMost(LIMIT).until(() -> guard.err().contains("signal INT; ending as soon as"));
      statement.execute("rollback");
      run = guard.end();
    }

    assertFails(run, 130, "interrupted by the signal INT before the command was run");
    assertThat(report()).containsEntry("command_exit", null).containsEntry("signal", "INT");
    assertThat(names(folder)).doesNotContain("ready", "pid", "app.db.backup-open.json");
    assertThat(Database.notes(database)).isEqualTo(10);
    assertFails(cli.run("recover"), 5, "there is no store at " + store);
  }

  private Run disturbed(DisturbedGuard.Disturbance disturbance, Object... command)
      throws Exception {
    List<Object> words = new ArrayList<>(List.of(disturbance, database, "guard", database));
    words.addAll(List.of("--label", "v42", "--report", "guard.json", "--"));
    words.addAll(List.of(command));
    return JavaProcess.start(folder, DisturbedGuard.class, words.toArray()).end();
  }

  @Test
  void a_signal_just_before_the_command_keeps_it_from_running() throws Exception {
    Run run = disturbed(DisturbedGuard.Disturbance.SIGNAL, "touch", "ran");

    assertFails(run, 130, "interrupted by the signal INT before the command was run");
    assertThat(folder.resolve("ran")).doesNotExist();
    assertThat(report()).containsEntry("command_exit", null).containsEntry("signal", "INT");
  }

  @ParameterizedTest
  @CsvSource({
    "SIGNAL, 130, interrupted by the signal INT before the command was run",
    "NONE, 127, the command does not exist",
    "MARKER, 125, cannot mark migration v42"
  })
  void where_no_command_ran_nothing_is_checked_or_undone(
      DisturbedGuard.Disturbance disturbance, int exit, String message) throws Exception {
    Path script = Files.writeString(folder.resolve("migrate"), "#!/no/such/interpreter\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();

    Run run = disturbed(disturbance, script);

    assertFails(run, exit, message);
    assertThat(Database.rows(database, "part")).as("what somebody else wrote").isEqualTo(1);
    assertThat(report()).containsEntry("outcome", "not_begun").containsEntry("command_exit", null);
    assertThat(cli.run("list", "--quiet").out().strip())
        .isEqualTo(report().get("safety_backup_id"));
    assertThat(names(folder)).doesNotContain("app.db.backup-open.json");
    assertThat(cli.run("recover").out()).contains("nothing is open");
  }

  @Test
  void a_second_guard_waits_for_the_first() throws Exception {
    JavaProcess first = guardOf("while ! test -e end; do sleep 0.1; done; exit 9");
    JavaProcess second = start("cp ready second; exit 0");
    await().atMost(LIMIT).until(() -> second.err().contains("waiting up to"));
    assertThat(folder.resolve("second")).doesNotExist();

    Files.createFile(folder.resolve("end"));

    assertThat(first.end().exit()).isEqualTo(9);
    Run run = second.end();
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(folder.resolve("second")).exists();
    assertThat(Database.notes(database)).isEqualTo(3);
  }

  @Test
  void while_the_command_of_a_killed_guard_runs_nothing_is_restored() throws Exception {
    JavaProcess guard = guardOf("while ! test -e end; do sleep 0.1; done");
    ProcessHandle command = processIn("pid");
    guard.kill();
    assertThat(command.isAlive()).isTrue();

    Run early = cli.run("recover");
    assertFails(early, 7, "process " + command.pid(), "which works on it, still runs");
    assertThat(Database.notes(database)).isEqualTo(3);

    Files.createFile(folder.resolve("end"));
    command.onExit().get(60, TimeUnit.SECONDS);
    Run run = cli.run("recover", "--restore", "--json");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.objects("resolved").get(0)).containsEntry("action", "restored");
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @Test
  void what_the_command_of_a_killed_guard_writes_late_is_undone_only_when_it_is_said()
      throws Exception {
    JavaProcess guard =
        guardOf("while ! test -e go; do sleep 0.1; done; exec " + deletion(1) + " </dev/null");
    ProcessHandle command = processIn("pid");
    guard.kill();
    Path marker = folder.resolve("app.db.backup-open.json");
    Instant late = Files.getLastModifiedTime(marker).toInstant().plusSeconds(3);
    await().atMost(LIMIT).until(() -> Instant.now().isAfter(late));
    Files.createFile(folder.resolve("go"));
    command.onExit().get(60, TimeUnit.SECONDS);
    assertThat(Database.notes(database)).isEqualTo(1);

    Run unasked = cli.run("recover");
    assertFails(unasked, 7, "changed after migration v42 was interrupted", "--restore", "--keep");
    assertThat(Database.notes(database)).isEqualTo(1);

    Run run = cli.run("recover", "--restore");
    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "nothing tells it elsewhere")
  void what_a_killed_command_has_started_is_waited_for_too() throws Exception {
    JavaProcess guard =
        guardOf(
            "sh -c 'echo $$ >inner; touch inner-ready; while ! test -e end; do sleep 0.1; done'; :");
    await().atMost(LIMIT).until(() -> Files.exists(folder.resolve("inner-ready")));
    ProcessHandle inner = processIn("inner");
    ProcessHandle command = processIn("pid");
    guard.kill();
    command.destroyForcibly();
    command.onExit().get(60, TimeUnit.SECONDS);

    Run early = cli.run("recover");

    assertFails(early, 7, "which the command of the migration started, still runs");
    assertThat(inner.isAlive()).isTrue();
    assertThat(Database.notes(database)).isEqualTo(3);
    Files.createFile(folder.resolve("end"));
    inner.onExit().get(60, TimeUnit.SECONDS);
    assertThat(cli.run("recover", "--restore").exit()).isZero();
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  @Test
  void what_a_killed_guard_and_command_left_the_next_guard_restores_first() throws Exception {
    JavaProcess guard = guardOf("exec sleep 60");
    guard.kill();
    ProcessHandle command = processIn("pid");
    command.destroyForcibly();
    command.onExit().get(60, TimeUnit.SECONDS);
    assertThat(Database.notes(database)).isEqualTo(3);
    assertThat(cli.run("list").err()).contains("migration v42 is open for");
    Files.delete(folder.resolve("ready"));

    Run run =
        JavaProcess.start(folder, Main.class, "guard", database, "--label", "v43", "--", "true")
            .end();

    assertThat(run.exit()).as(run.err()).isZero();
    assertThat(run.err()).contains("what a killed process left open was resolved first");
    assertThat(Database.notes(database)).isEqualTo(10);
  }

  /** Starts a command in the foreground of a terminal of its own. */
  private Process atTerminal(List<String> words, Path out) throws IOException {
    String line = words.stream().map(Format::shellWord).collect(Collectors.joining(" "));
    ProcessBuilder terminal =
        new ProcessBuilder(
            JavaProcess.hearingSignals(List.of("script", "-qec", "exec " + line, "/dev/null")));
    terminal.environment().put("BACKUP_DIR", store.toString());
    Process process =
        terminal
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    started.add(process.toHandle());
    return process;
  }

  private static void press(OutputStream keys, String key) throws IOException {
    keys.write(key.getBytes(StandardCharsets.US_ASCII));
    keys.flush();
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "'script' has other options elsewhere")
  void a_key_that_came_before_the_command_was_there_is_sent_to_it() throws Exception {
    Path out = folder.resolve("terminal.txt");
    Path waiting = folder.resolve("waiting");
    Process process = atTerminal(JavaProcess.command(InterruptedStart.class, waiting), out);
    await().atMost(LIMIT).until(() -> Files.exists(waiting));

    try (OutputStream keys = process.getOutputStream()) {
      press(keys, CTRL_C);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("the command ends early").isTrue();
    }

    assertThat(process.exitValue()).as(Files.readString(out)).isEqualTo(130);
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "'script' has other options elsewhere")
  void the_key_of_a_terminal_reaches_the_command_once() throws Exception {
    // Interrupted while it waits, a shell answers each signal at once.
    String script =
        "sleep 60 & trap 'echo got >>got' INT; trap 'kill $!; exit 5' TERM; touch trapped;"
            + " while :; do wait; done";
    Path out = folder.resolve("terminal.txt");
    Process process = atTerminal(guardWords(script), out);
    await().atMost(LIMIT).until(() -> Files.exists(folder.resolve("trapped")));

    try (OutputStream keys = process.getOutputStream()) {
      press(keys, CTRL_C);
      await().atMost(LIMIT).until(() -> Files.exists(folder.resolve("got")));
      await().atMost(LIMIT).until(() -> Files.readString(out).contains("guard v42: signal INT"));
      processIn("pid").destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    assertThat(process.exitValue()).as(Files.readString(out)).isEqualTo(5);
    assertThat(folder.resolve("got")).hasContent("got");
    assertThat(report()).containsEntry("signal", "INT").containsEntry("outcome", "restored");
    assertThat(Database.notes(database)).isEqualTo(10);
  }
}
