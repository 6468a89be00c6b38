package dev.backuphelper.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.internal.io.MalformedDocumentException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs commands in this process, with everything around them under control. */
final class Cli {
  private final Map<String, String> variables;
  private final Path workingDirectory;
  private final InputStream input;
  private final boolean terminal;
  private final Clock clock;

  private Cli(
      Map<String, String> variables,
      Path workingDirectory,
      InputStream input,
      boolean terminal,
      Clock clock) {
    this.variables = variables;
    this.workingDirectory = workingDirectory;
    this.input = input;
    this.terminal = terminal;
    this.clock = clock;
  }

  /** Returns the command line of a cron job whose backups are in a folder. */
  static Cli of(Path store) {
    return new Cli(
        Map.of("BACKUP_DIR", store.toString()),
        Path.of("").toAbsolutePath(),
        InputStream.nullInputStream(),
        false,
        Clock.systemUTC());
  }

  /** Returns the same with a person at a terminal who types something. */
  Cli typing(String text) {
    return typing(new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  /** Returns the same with a person at a terminal whose keys are pressed as they are read. */
  Cli typing(InputStream keys) {
    return new Cli(variables, workingDirectory, keys, true, clock);
  }

  /** Returns the same with an input that is no terminal. */
  Cli piping(String text) {
    return new Cli(
        variables, workingDirectory, new ByteArrayInputStream(text.getBytes(UTF_8)), false, clock);
  }

  /** Returns the same at another place. */
  Cli in(Path folder) {
    return new Cli(variables, folder, input, terminal, clock);
  }

  /** Returns the same at another time. */
  Cli at(Clock other) {
    return new Cli(variables, workingDirectory, input, terminal, other);
  }

  /** Returns the same with other environment variables. */
  Cli with(Map<String, String> others) {
    return new Cli(others, workingDirectory, input, terminal, clock);
  }

  /** Runs a command. */
  Run run(Object... arguments) {
    List<String> words = new ArrayList<>();
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream errors = new PrintStream(err, true, UTF_8);
    Environment environment =
        new Environment(
            variables,
            new PrintStream(out, false, UTF_8),
            errors,
            new Terminal(input, errors, terminal, terminal, this::typeSecret),
            clock,
            workingDirectory);
    int exit = Main.run(words.toArray(new String[0]), environment);
    return new Run(exit, out.toString(UTF_8), err.toString(UTF_8));
  }

  private char @Nullable [] typeSecret(PrintStream err, String question) {
    err.print(question);
    StringBuilder line = new StringBuilder();
    try {
      int key = input.read();
      if (key < 0) {
        return null;
      }
      for (; key >= 0 && key != '\n'; key = input.read()) {
        line.append((char) key);
      }
    } catch (IOException closed) {
      throw new UncheckedIOException(closed);
    }
    return line.toString().toCharArray();
  }

  /**
   * What a command did.
   *
   * @param exit the exit code
   * @param out what it printed on stdout
   * @param err what it printed on stderr
   */
  record Run(int exit, String out, String err) {
    /** Returns stdout, which must be exactly one JSON object. */
    Map<String, Object> json() {
      return Cli.json(out.getBytes(UTF_8));
    }

    /** Returns a nested object of it. */
    @SuppressWarnings("unchecked") // JSON has objects of text keys alone
    Map<String, Object> object(String key) {
      return (Map<String, Object>) value(key);
    }

    /** Returns a list of objects of it. */
    @SuppressWarnings("unchecked") // JSON has objects of text keys alone
    List<Map<String, Object>> objects(String key) {
      return (List<Map<String, Object>>) value(key);
    }

    /** Returns a text of it. */
    String text(String key) {
      return (String) value(key);
    }

    private Object value(String key) {
      Object value = json().get(key);
      if (value == null) {
        throw new AssertionError(key + " is missing or null in " + out);
      }
      return value;
    }
  }

  /** Parses a document, which must be exactly one JSON object. */
  static Map<String, Object> json(byte[] document) {
    try {
      return JsonObject.parse(document).values();
    } catch (MalformedDocumentException malformed) {
      throw new AssertionError(new String(document, UTF_8), malformed);
    }
  }
}
