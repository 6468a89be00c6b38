package dev.backuphelper.cli;

import dev.backuphelper.catalog.StoreNames;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.internal.engine.Failures;
import dev.backuphelper.internal.io.AtomicFile;
import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.internal.io.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one place that prints: results on stdout, in words or as one JSON object; what went wrong on
 * stderr; and the same object into the file that {@code --report} names.
 *
 * @param environment the streams
 * @param json whether programs read it
 * @param quiet whether the bare result is enough
 * @param verbose whether causes are shown
 */
record Output(Environment environment, boolean json, boolean quiet, boolean verbose) {
  private static final double MEBI = 1 << 20;

  private static final List<String> OF_A_DATABASE =
      List.of("-wal", "-shm", "-journal", ".backup-open.json", ".backup-lock", ".holder");

  /** Begins each report, whatever its size; see {@link #object}. */
  private static final Pattern REPORT =
      Pattern.compile(
          "\\s*\\{\\s*\"command\"\\s*:\\s*\"[^\"]*\"\\s*,\\s*\"success\"\\s*:\\s*(?:true|false)\\s*,"
              + "\\s*\"timestamp\"\\s*:\\s*\"");

  private static final int BEGIN = 1000;

  private static final String OUTPUT_HINT =
      "The work itself is done; look after the disk, or the program, that takes the output.";

  /** Prints a text as it is, and returns the exit code. */
  int text(String command, String text) {
    if (json) {
      write(new Result().put("text", text), command, Duration.ZERO);
    } else {
      environment.out().print(text);
      environment.out().flush();
    }
    return ExitCodes.DONE;
  }

  /**
   * Prints a result and writes its report.
   *
   * @param report the file that takes the result as well; null for none
   * @return the exit code
   */
  int result(String command, Result result, Duration duration, @Nullable Path report) {
    if (report != null) {
      report(command, result, duration, report);
    }
    if (json) {
      write(result, command, duration);
    } else {
      print(quiet ? result.essence() : result.lines());
    }
    result.failure().ifPresent(this::explain);
    environment.out().flush();
    if (environment.out().checkError() && result.exit() == ExitCodes.DONE) {
      result.fail(
          Failure.finding(
              "IO_FAILED", result.exitOfOutput(), "cannot write to standard output", OUTPUT_HINT));
      result.failure().ifPresent(this::explain);
    }
    return result.exit();
  }

  // At once, because a stream to a file or pipe writes out each line by itself.
  private void print(List<String> lines) {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(Format.printable(line)).append(System.lineSeparator()));
    environment.out().print(text);
  }

  private void explain(Failure failure) {
    PrintStream err = environment.err();
    err.println("error: " + Format.printable(failure.message()));
    if (failure.hint() != null) {
      err.println("hint: " + Format.printable(failure.hint()));
    }
    if (verbose && failure.cause() != null) {
      failure.cause().printStackTrace(err);
    }
    err.flush();
  }

  private void write(Result result, String command, Duration duration) {
    byte[] document = JsonObject.write(object(command, result, duration));
    environment.out().write(document, 0, document.length);
    environment.out().flush();
  }

  private void report(String command, Result result, Duration duration, Path file) {
    byte[] document = JsonObject.write(object(command, result, duration));
    try {
      Failures.translate(
          "cannot write the report " + file,
          () -> {
            writeReport(file, document);
            return file;
          });
    } catch (BackupException unwritable) {
      Failure failure = Failure.of(unwritable).withExit(result.exitOfOutput());
      if (result.exit() == ExitCodes.DONE) {
        result.fail(failure);
      } else {
        environment.err().println("warning: " + Format.printable(failure.message()));
      }
    }
  }

  private static void writeReport(Path file, byte[] document) throws IOException {
    if (!isPlace(file)) {
      throw new IOException("a file of that name is there, and is no report");
    }
    Path real = real(file);
    PrivateFiles.createDirectories(PrivateFiles.parent(real));
    AtomicFile.write(real, document);
  }

  // A link is followed: the file that it names is the report.
  private static Path real(Path file) throws IOException {
    return Files.exists(file) ? file.toRealPath() : file;
  }

  /**
   * Tells whether a report may be written to a path. Whoever forgets the file, as in "verify
   * --report app.db", must not lose a database, a backup, nor what belongs to either. To be asked
   * only while no database is open in this process: one that is would lose its locks.
   */
  static boolean isPlace(Path file) throws IOException {
    if (isReserved(file)) {
      return false;
    }
    if (!Files.exists(file)) {
      return true;
    }
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] begin = in.readNBytes(BEGIN);
      return begin.length == 0
          || REPORT.matcher(new String(begin, StandardCharsets.UTF_8)).lookingAt();
    }
  }

  /** Tells by its name whether a file belongs to a store or a database, be it there or not. */
  static boolean isReserved(Path file) throws IOException {
    String name = String.valueOf(real(file).getFileName());
    return StoreNames.isReserved(name) || OF_A_DATABASE.stream().anyMatch(name::endsWith);
  }

  private Map<String, @Nullable Object> object(String command, Result result, Duration duration) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("command", command);
    object.put("success", result.exit() == ExitCodes.DONE);
    object.put("timestamp", now().toString());
    object.put("performance", performance(result.bytes(), duration));
    object.putAll(result.values());
    result.failure().ifPresent(failure -> object.put("error", failure.toMap()));
    return object;
  }

  private Instant now() {
    return environment.clock().instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static Map<String, Object> performance(long bytes, Duration duration) {
    double seconds = Math.max(duration.toNanos(), 1) / 1e9;
    double rate = Math.round(bytes / MEBI / seconds * 10) / 10.0;
    Map<String, Object> performance = new LinkedHashMap<>();
    performance.put("duration_ms", duration.toMillis());
    performance.put("bytes", bytes);
    performance.put("mb_per_s", rate);
    return performance;
  }
}
