package dev.backuphelper.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Starts a command as a guard does, when a signal has come just before. */
final class InterruptedStart {
  private InterruptedStart() {}

  /** Takes the file that says that it waits for a signal. Ends as the command does. */
  public static void main(String[] arguments) throws Exception {
    CountDownLatch heard = new CountDownLatch(1);
    int exit;
    try (GuardSignals signals = GuardSignals.take(text -> heard.countDown())) {
      Files.createFile(Path.of(arguments[0]));
      try {
        heard.await();
      } catch (InterruptedException wake) {
        // The guard would wait for a lock now, and a signal ends that.
        heard.await();
      }
      RunningCommand command =
          RunningCommand.start(List.of("sleep", "60"), CommandEnvironment.of(Map.of()), true);
      signals.running(command);
      exit = command.waitFor();
    }
    System.exit(exit);
  }
}
