package dev.backuphelper.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backuphelper.cli.Cli.Run;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a class of this class path in a process of its own. */
final class JavaProcess {
  /** HUP, INT and TERM, as bits of {@code SigIgn} in proc(5). */
  private static final long ENDING_SIGNALS = 1L << 0 | 1L << 1 | 1L << 14;

  private final Process process;
  private final Path out;
  private final Path err;

  private JavaProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts a class, with its input closed. */
  static JavaProcess start(Path folder, Class<?> type, Object... arguments) throws IOException {
    return start(folder, Map.of(), "", command(type, arguments));
  }

  /** Starts a command with more in its environment, and with an input. */
  static JavaProcess start(
      Path folder, Map<String, String> environment, String input, List<String> command)
      throws IOException {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder = new ProcessBuilder(hearingSignals(command));
    builder.redirectOutput(out.toFile()).redirectError(err.toFile()).directory(folder.toFile());
    builder.environment().put("BACKUP_DIR", folder.resolve("backups").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(UTF_8));
    }
    return new JavaProcess(process, out, err);
  }

  /** Returns the words that run a class. */
  static List<String> command(Class<?> type, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    // Short runs are done before the optimising compiler pays.
    command.add("-XX:TieredStopAtLevel=1");
    if (Runtime.version().feature() >= 22) {
      // As the launcher does: the SQLite driver is native code.
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(type.getName());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return command;
  }

  /**
   * Returns a command that hears signals. If {@code nohup}, or a shell that put it into the
   * background, told this JVM to ignore some, so would whatever it starts.
   */
  static List<String> hearingSignals(List<String> command) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (Files.notExists(status)) {
      return command;
    }
    boolean deaf =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
            .anyMatch(ignored -> (ignored & ENDING_SIGNALS) != 0);
    List<String> words = new ArrayList<>();
    if (deaf) {
      words.addAll(List.of("env", "--default-signal=HUP,INT,TERM"));
    }
    words.addAll(command);
    return words;
  }

  /** Waits for the end. */
  Run end() throws IOException, InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running: " + Files.readString(err));
    }
    return new Run(process.exitValue(), read(out), read(err));
  }

  /** Asks it to end, as {@code kill} does. */
  void terminate() {
    process.destroy();
  }

  /** Sends it a signal, such as INT. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
      throw new AssertionError("cannot send " + name);
    }
  }

  /** Kills it at once. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("it cannot be killed");
    }
  }

  /** Returns the processes that it has started, and that are alive. */
  List<ProcessHandle> children() {
    return process.descendants().toList();
  }

  /** Returns what it has printed on stdout so far. */
  String out() throws IOException {
    return read(out);
  }

  /** Returns what it has printed on stderr so far. */
  String err() throws IOException {
    return read(err);
  }

  /** Tells whether it has not ended. */
  boolean isAlive() {
    return process.isAlive();
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, UTF_8);
  }
}
