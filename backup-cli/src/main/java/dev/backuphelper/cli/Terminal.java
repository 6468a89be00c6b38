package dev.backuphelper.cli;

import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.KeyException;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The person in front of the command, if there is one. Used by one thread. */
final class Terminal {
  /** The launcher tests its streams itself, and names here those that are terminals: 0, 2 or 02. */
  private static final String FROM_LAUNCHER = "dev.backuphelper.terminals";

  private static final Pattern TERMINAL_DEVICE =
      Pattern.compile("/dev/(pts/\\d+|tty[A-Za-z0-9]*|console)");

  private final InputStream in;
  private final PrintStream err;
  private final boolean inputIsTerminal;
  private final boolean errorIsTerminal;
  private final HiddenInput hidden;

  Terminal(InputStream in, PrintStream err, boolean inputIsTerminal, boolean errorIsTerminal) {
    this(in, err, inputIsTerminal, errorIsTerminal, Terminal::askConsole);
  }

  Terminal(
      InputStream in,
      PrintStream err,
      boolean inputIsTerminal,
      boolean errorIsTerminal,
      HiddenInput hidden) {
    this.in = in;
    this.err = err;
    this.inputIsTerminal = inputIsTerminal;
    this.errorIsTerminal = errorIsTerminal;
    this.hidden = hidden;
  }

  /** Asks for a line that is not shown while it is typed. */
  interface HiddenInput {
    /**
     * Asks.
     *
     * @return the line; null at the end of the input
     * @throws KeyException if it could not be hidden
     */
    char @Nullable [] ask(PrintStream err, String question);
  }

  /** Returns the terminal of this process. */
  static Terminal system() {
    return new Terminal(System.in, System.err, isTerminal(0), isTerminal(2));
  }

  /** Tells whether somebody can be asked: sees the question and can answer. */
  boolean canAsk() {
    return inputIsTerminal && errorIsTerminal;
  }

  /** Tells whether what is shown there can be drawn over. */
  boolean canDraw() {
    return errorIsTerminal;
  }

  /**
   * Returns what is piped into this process.
   *
   * @throws InvalidRequestException if that is what somebody types
   */
  InputStream piped() {
    if (inputIsTerminal) {
      throw new InvalidRequestException(
          "-: standard input is a terminal, not an archive",
          "Pipe one into it, as in: gpg --decrypt backup.tar.gpg | backup import -");
    }
    return in;
  }

  /** Asks a question; no answer, as from a closed input, is no. */
  boolean confirm(String question) {
    err.print(question + " [y/N] ");
    err.flush();
    String answer = readLine();
    if (answer == null) {
      // Whoever types ends the line himself.
      err.println();
    }
    return answer != null && isYes(answer.strip().toLowerCase(Locale.ROOT));
  }

  /**
   * Asks for a secret, which is not shown.
   *
   * @throws KeyException if there is no answer, or it could not be hidden
   */
  char[] askSecret(String question) {
    char[] answer = hidden.ask(err, question);
    if (answer == null) {
      throw new KeyException("no passphrase was typed", "Run it again.");
    }
    return answer;
  }

  private static char @Nullable [] askConsole(PrintStream err, String question) {
    Console console = onTerminal(System.console());
    if (console == null) {
      throw new KeyException(
          "a passphrase is needed, and what is typed here would be shown",
          "Give it with BACKUP_PASSPHRASE_FILE or BACKUP_PASSPHRASE_COMMAND.");
    }
    err.print(question);
    err.flush();
    return console.readPassword();
  }

  private @Nullable String readLine() {
    try {
      return new BufferedReader(new InputStreamReader(in, Charset.defaultCharset())).readLine();
    } catch (IOException closed) {
      return null;
    }
  }

  private static boolean isYes(String answer) {
    return answer.equals("y") || answer.equals("yes");
  }

  private static boolean isTerminal(int descriptor) {
    String known = System.getProperty(FROM_LAUNCHER);
    if (known != null) {
      return known.contains(Integer.toString(descriptor));
    }
    Path link = Path.of("/proc/self/fd", Integer.toString(descriptor));
    if (Files.isSymbolicLink(link)) {
      return isTerminalDevice(link);
    }
    // Knows of the input and the output alone; nearer than that Java 17 cannot say.
    return isTerminal(System.console());
  }

  private static boolean isTerminalDevice(Path link) {
    try {
      return TERMINAL_DEVICE.matcher(Files.readSymbolicLink(link).toString()).matches();
    } catch (IOException unknown) {
      return false;
    }
  }

  private static @Nullable Console onTerminal(@Nullable Console console) {
    return isTerminal(console) ? console : null;
  }

  /** Up to Java 21 there is a console only on a terminal; since 22 it has to be asked. */
  private static boolean isTerminal(@Nullable Console console) {
    if (console == null) {
      return false;
    }
    try {
      Method isTerminal = Console.class.getMethod("isTerminal");
      return (Boolean) isTerminal.invoke(console);
    } catch (ReflectiveOperationException olderThan22) {
      return true;
    }
  }
}
