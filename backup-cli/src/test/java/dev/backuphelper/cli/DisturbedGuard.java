package dev.backuphelper.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/**
 * A guard to which something happens between its safety backup and its command. Somebody else
 * writes to the database then, in any case.
 */
final class DisturbedGuard {
  /** The row that somebody else writes. It would not pass the checks after a migration. */
  static final String BY_OTHERS = "insert into part values (99)";

  private static final String MOMENT = "is made and verified";

  private DisturbedGuard() {}

  /** What happens. */
  enum Disturbance {
    /** Nothing else. */
    NONE,
    /** Somebody presses Ctrl-C; the guard goes on when it has heard of it. */
    SIGNAL,
    /** The marker cannot be written any more. */
    MARKER
  }

  /** Takes what happens, the database, and the words of the guard's command line. */
  public static void main(String[] arguments) {
    Environment system = Environment.system();
    Disturbed err =
        new Disturbed(system.err(), Disturbance.valueOf(arguments[0]), Path.of(arguments[1]));
    Environment environment =
        new Environment(
            system.variables(),
            system.out(),
            err,
            system.terminal(),
            Clock.systemUTC(),
            system.workingDirectory());
    System.exit(Main.run(Arrays.copyOfRange(arguments, 2, arguments.length), environment));
  }

  /** Is told how far the guard is, by itself, and keeps it there as long as it likes. */
  private static final class Disturbed extends PrintStream {
    private final CountDownLatch heard = new CountDownLatch(1);
    private final Disturbance disturbance;
    private final Path database;

    Disturbed(PrintStream to, Disturbance disturbance, Path database) {
      super(to, true, StandardCharsets.UTF_8);
      this.disturbance = disturbance;
      this.database = database;
    }

    @Override
    public void println(String line) {
      super.println(line);
      if (line.contains("signal INT")) {
        heard.countDown();
      } else if (line.contains(MOMENT)) {
        disturb();
      }
    }

    private void disturb() {
      Database.execute(
          database, "create table part (note integer references note (id))", BY_OTHERS);
      try {
        switch (disturbance) {
          case SIGNAL -> {
            long own = ProcessHandle.current().pid();
            new ProcessBuilder("kill", "-INT", Long.toString(own)).start().waitFor();
            heard.await();
          }
          case MARKER -> {
            Path marker = Path.of(database + ".backup-open.json");
            Files.delete(marker);
            Files.createDirectory(marker);
          }
          case NONE -> {}
        }
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      } catch (InterruptedException notExpected) {
        throw new IllegalStateException(notExpected);
      }
    }
  }
}
