package dev.backuphelper.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/backup}, in a project whose Java and Maven only note how they are called. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it is a shell script")
class LauncherTest {
  private static final Path SCRIPT = Path.of("..", "bin", "backup");

  @TempDir Path folder;
  private Path project;
  private Path tools;
  private Path jdk;

  @BeforeEach
  void prepare() throws IOException {
    folder = folder.toRealPath();
    project = Files.createDirectories(folder.resolve("pro ject"));
    Files.createDirectory(project.resolve("bin"));
    Files.copy(SCRIPT, project.resolve("bin/backup"));
    executable(project.resolve("bin/backup"));
    tools = Files.createDirectory(folder.resolve("tools"));
    for (String tool :
        List.of("sh", "cat", "dirname", "ln", "mkdir", "mv", "readlink", "rm", "sleep")) {
      script(tools.resolve(tool), "exec " + which(tool) + " \"$@\"\n");
    }
    jdk = jdk("17.0.15", "17.0.15+6-test");
  }

  @Test
  void starts_java_with_the_arguments_as_they_are() throws Exception {
    jar("target");

    Run run = launch("create", "a b.db", "", "*");

    assertThat(run.exit()).as(run.err()).isEqualTo(3);
    List<String> arguments = run.out().lines().toList();
    assertThat(arguments).endsWith("create", "a b.db", "", "*");
    assertThat(arguments)
        .contains("-jar", project.resolve("backup-cli/target/backup-cli.jar").toString())
        .contains("-XX:+UseSerialGC", "-Ddev.backuphelper.terminals=")
        .noneMatch(argument -> argument.contains("TieredStopAtLevel"))
        .noneMatch(argument -> argument.contains("native-access"));
    assertThat(run.err()).isEmpty();
  }

  @Test
  void makes_the_archive_of_classes_once() throws Exception {
    Path jar = jar("target");
    String archive = "-XX:SharedArchiveFile=" + jar.resolveSibling("backup-cli-17.0.15+6-test.jsa");

    assertThat(launch("list").out()).contains(archive);
    assertThat(launch("list").out()).contains(archive);
    assertThat(calls("java")).hasSize(4);
    assertThat(calls("java").get(0)).contains("DumpLoadedClassList").contains("WarmUp");
    assertThat(calls("java").get(1)).contains("-Xshare:dump");

    Thread.sleep(1100); // some shells compare whole seconds
    Files.writeString(jar, "rebuilt");
    assertThat(launch("list").out()).contains(archive);
    assertThat(calls("java")).hasSize(7);
    assertThat(CommandTest.names(jar.getParent()))
        .containsExactly("backup-cli-17.0.15+6-test.jsa", "backup-cli.jar", "lib");
  }

  @Test
  void goes_without_an_archive_where_it_cannot_be_made() throws Exception {
    jar("target");
    Files.writeString(folder.resolve("no-archive"), "");

    assertThat(launch("list").out()).doesNotContain("SharedArchiveFile").endsWith("list\n");
    assertThat(launch("list").out()).doesNotContain("SharedArchiveFile");
    assertThat(calls("java")).as("tried once").hasSize(4);
  }

  @Test
  void allows_native_access_where_java_asks_for_it() throws Exception {
    jar("target");
    jdk = jdk("25", "25+36");

    assertThat(launch("list").out()).contains("--enable-native-access=ALL-UNNAMED");
    assertThat(calls("java")).allMatch(call -> call.contains("native-access"));
  }

  @Test
  void asks_java_where_no_file_tells_its_version() throws Exception {
    jar("target");
    Files.delete(jdk.resolve("release"));

    assertThat(launch("list").exit()).isEqualTo(3);
    assertThat(calls("java").get(0)).isEqualTo("-version");
  }

  @Test
  void tells_java_which_locale_it_replaced() throws Exception {
    jar("target");

    assertThat(launch("list").out()).contains("-Ddev.backuphelper.lc_all=unset\n");
    ProcessBuilder posix = process(List.of(script(), "list"), jdk.toString());
    posix.environment().put("LC_ALL", "POSIX");
    assertThat(end(posix.start()).out()).contains("-Ddev.backuphelper.lc_all=POSIX\n");
    ProcessBuilder german = process(List.of(script(), "list"), jdk.toString());
    german.environment().put("LANG", "de_DE.UTF-8");
    assertThat(end(german.start()).out()).doesNotContain("lc_all");
  }

  @Test
  void finds_the_project_through_links() throws Exception {
    jar("target");
    Path near = Files.createSymbolicLink(folder.resolve("near"), Path.of("pro ject/bin/backup"));
    Path far =
        Files.createSymbolicLink(Files.createDirectory(folder.resolve("far")).resolve("b"), near);

    Run run = end(process(List.of(far.toString(), "list"), jdk.toString()).start());

    assertThat(run.exit()).as(run.err()).isEqualTo(3);
    assertThat(run.out()).contains(project + "/backup-cli/target/backup-cli.jar");
  }

  @Test
  void becomes_java_so_that_signals_reach_it() throws Exception {
    jar("target");
    Process process = process(List.of(script(), "--pid"), jdk.toString()).start();

    Run run = end(process);

    assertThat(run.out()).contains("pid " + process.pid());
  }

  @Test
  void takes_the_newer_jar() throws Exception {
    Path fast = jar("target/fast");
    assertThat(launch("list").out()).contains(fast.toString());

    Thread.sleep(1100); // some shells compare whole seconds
    Path whole = jar("target");
    assertThat(launch("list").out()).contains(whole.toString()).doesNotContain(fast.toString());
  }

  @Test
  void java_that_is_missing_or_too_old_is_a_clear_failure() throws Exception {
    jar("target");

    assertFails(end(process(List.of(script(), "list"), null).start()), "java was not found");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertFails(
        end(process(List.of(script(), "list"), empty.toString()).start()),
        "JAVA_HOME has no bin/java: " + empty);
    jdk = jdk("11.0.2", "11.0.2+9");
    assertFails(launch("list"), "Java 17 or newer is needed, and this is 11.0.2+9");
    jdk = jdk("1.8.0_392", "1.8.0_392-b08");
    assertFails(launch("list"), "Java 17 or newer is needed");
  }

  @Test
  void builds_on_first_use_and_then_no_more() throws Exception {
    maven("mkdir -p \"$target/lib\" && : >\"$target/backup-cli.jar\" && echo noise");

    Run run = launch("list");

    assertThat(run.exit()).as(run.err()).isEqualTo(3);
    assertThat(run.out()).doesNotContain("noise").endsWith("list\n");
    assertThat(run.err()).contains("building the backup command").contains("noise");
    assertThat(calls("mvn")).singleElement().asString().contains("-pl backup-cli -am package");
    assertThat(launch("list").err()).isEmpty();
    assertThat(calls("mvn")).hasSize(1);
    assertThat(project.resolve("backup-cli/target/.building")).doesNotExist();
  }

  @Test
  void several_that_start_at_once_build_once() throws Exception {
    maven("sleep 1 && mkdir -p \"$target/lib\" && : >\"$target/backup-cli.jar\"");
    List<Process> processes = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      processes.add(process(List.of(script(), "list"), jdk.toString()).start());
    }

    for (Process process : processes) {
      Run run = end(process);
      assertThat(run.exit()).as(run.err()).isEqualTo(3);
    }
    assertThat(calls("mvn")).hasSize(1);
  }

  @Test
  void a_build_that_fails_is_a_clear_failure() throws Exception {
    assertFails(launch("list"), "the command is not built yet, and mvn was not found");
    maven("echo broken; exit 1");
    assertFails(launch("list"), "the build failed");
    maven("exit 0");
    assertFails(launch("list"), "the build made no jar");
    assertThat(project.resolve("backup-cli/target/.building")).doesNotExist();
  }

  @Test
  void a_build_whose_process_died_is_taken_over() throws Exception {
    maven("mkdir -p \"$target/lib\" && : >\"$target/backup-cli.jar\"");
    Path output = Files.createDirectories(project.resolve("backup-cli/target"));
    Files.createSymbolicLink(output.resolve(".building"), Path.of("999999999"));

    assertThat(launch("list").exit()).isEqualTo(3);
  }

  private static void assertFails(Run run, String message) {
    assertThat(run.exit()).as(run.err()).isEqualTo(1);
    assertThat(run.err()).contains("error: " + message).contains("hint: ");
    assertThat(run.out()).isEmpty();
  }

  private Run launch(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(script()));
    command.addAll(List.of(arguments));
    return end(process(command, jdk.toString()).start());
  }

  private String script() {
    return project.resolve("bin/backup").toString();
  }

  private ProcessBuilder process(List<String> command, String javaHome) {
    List<String> words = new ArrayList<>(List.of(tools.resolve("sh").toString()));
    words.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("FOLDER", folder.toString());
    if (javaHome != null) {
      builder.environment().put("JAVA_HOME", javaHome);
    }
    return builder;
  }

  private static Run end(Process process) throws IOException, InterruptedException {
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), out, err);
  }

  /** A Java that notes its call, makes the archive that it is asked for, and ends with 3. */
  private Path jdk(String version, String runtimeVersion) throws IOException {
    Path home = Files.createDirectories(folder.resolve("jdk-" + version));
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"%s\"\nJAVA_RUNTIME_VERSION=\"%s\"\n"
            .formatted(version, runtimeVersion));
    script(
        home.resolve("bin/java"),
        """
        echo "$*" >>"$FOLDER/java.calls"
        for argument in "$@"; do
          case $argument in
            -version) echo 'openjdk version "%s" 2025-04-15' >&2; exit 0 ;;
            -XX:DumpLoadedClassList=*) echo classes >"${argument#*=}"; exit 0 ;;
            -Xshare:dump) dump=yes ;;
            -XX:SharedArchiveFile=*) archive=${argument#*=} ;;
            --pid) echo "pid $$" ;;
          esac
        done
        if [ -n "${dump:-}" ]; then
          [ ! -e "$FOLDER/no-archive" ] || exit 1
          echo archive >"$archive"
          exit 0
        fi
        printf '%%s\\n' "$@"
        exit 3
        """
            .formatted(version));
    return home;
  }

  private void maven(String body) throws IOException {
    Files.deleteIfExists(tools.resolve("mvn"));
    script(
        tools.resolve("mvn"),
        "echo \"$*\" >>\"$FOLDER/mvn.calls\"\ntarget='"
            + project.resolve("backup-cli/target/fast")
            + "'\n"
            + body
            + "\n");
  }

  private List<String> calls(String tool) throws IOException {
    return Files.readAllLines(folder.resolve(tool + ".calls"));
  }

  private Path jar(String target) throws IOException {
    Path built = Files.createDirectories(project.resolve("backup-cli").resolve(target));
    Files.createDirectories(built.resolve("lib"));
    return Files.writeString(built.resolve("backup-cli.jar"), "built");
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + body);
    executable(file);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Path which(String tool) {
    for (String place : System.getenv("PATH").split(":")) {
      Path found = Path.of(place, tool);
      if (Files.isExecutable(found)) {
        return found;
      }
    }
    throw new AssertionError(tool + " is not on the PATH");
  }
}
