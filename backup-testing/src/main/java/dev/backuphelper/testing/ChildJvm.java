package dev.backuphelper.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A main class of these tests in a JVM of its own. Its errors go to the errors of the tests. */
public final class ChildJvm implements AutoCloseable {
  /** How it ends when it is killed, or halts as if it had been. */
  public static final int KILLED = 137;

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Process process;
  private final BufferedReader out;

  private ChildJvm(Process process) {
    this.process = process;
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Starts a main class.
   *
   * @param scratch an existing folder for its temporary files: one that is killed leaves some
   */
  public static ChildJvm start(Path scratch, Class<?> main, Object... arguments) {
    return start(command(List.of(), List.of("-Xmx128m"), scratch, main, arguments));
  }

  /** Starts a main class in a JVM with certain options. */
  public static ChildJvm startWith(
      List<String> options, Path scratch, Class<?> main, Object... arguments) {
    return start(command(List.of(), options, scratch, main, arguments));
  }

  /**
   * Starts a main class under another program, whose command line is followed by that of the JVM.
   */
  public static ChildJvm startUnder(
      List<String> program, Path scratch, Class<?> main, Object... arguments) {
    return start(command(program, List.of("-Xmx128m"), scratch, main, arguments));
  }

  private static List<String> command(
      List<String> program,
      List<String> options,
      Path scratch,
      Class<?> main,
      Object... arguments) {
    List<String> command = new ArrayList<>(program);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    // The JVM of the tests has verified the same classes; once for each child is an eighth of its
    // time.
    command.addAll(List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote"));
    command.addAll(List.of("-XX:-UsePerfData", "-Djava.io.tmpdir=" + scratch));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    Stream.of(arguments).map(String::valueOf).forEach(command::add);
    return command;
  }

  private static ChildJvm start(List<String> command) {
    try {
      return new ChildJvm(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a main class whose temporary files go into a new folder below another. */
  public static ChildJvm startIn(Path folder, Class<?> main, Object... arguments) {
    try {
      return start(Files.createTempDirectory(folder, "jvm-"), main, arguments);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a line of its output; null when it ended without one. */
  public String readLine() {
    try {
      return out.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a certain line of its output. */
  public void await(String line) {
    String said = readLine();
    if (!line.equals(said)) {
      throw new AssertionError("the child said " + said + " instead of " + line);
    }
  }

  /** Returns all lines that it says until it ends. */
  public List<String> readAll() {
    List<String> lines = new ArrayList<>();
    for (String line = readLine(); line != null; line = readLine()) {
      lines.add(line);
    }
    return lines;
  }

  /** Sends it a line. */
  public void say(String line) {
    try {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills it once that time has passed, unless it ended before; tells whether it was killed. */
  public boolean killAfter(Duration delay) throws InterruptedException {
    if (process.waitFor(delay.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    kill();
    return true;
  }

  /** Kills it in the midst of whatever it does; what it said before can still be read. */
  public void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
  }

  /** Waits for its end and returns its exit code. */
  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      kill();
      throw new AssertionError("the child did not end within " + PATIENCE);
    }
    return process.exitValue();
  }

  /** Returns its process id. */
  public long pid() {
    return process.pid();
  }

  /** Kills it if it still runs. */
  @Override
  public void close() {
    process.destroyForcibly();
  }
}
