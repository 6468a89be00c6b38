package dev.backuphelper.cli;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A command that runs under a guard, with the guard's own streams. Thread-safe. */
final class RunningCommand {
  private static final boolean WINDOWS = File.separatorChar == '\\';
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Process process;
  private final boolean atTerminal;
  private final Set<ProcessHandle> offspring = new LinkedHashSet<>();
  private volatile boolean keysMissed;

  private RunningCommand(Process process, boolean atTerminal) {
    this.process = process;
    this.atTerminal = atTerminal;
  }

  /**
   * Starts a command.
   *
   * @param environment what it finds in its environment
   * @param atTerminal whether somebody may press Ctrl-C, where nothing else tells it
   */
  static RunningCommand start(
      List<String> words, CommandEnvironment environment, boolean atTerminal) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words).inheritIO();
    environment.putInto(builder.environment());
    return new RunningCommand(builder.start(), atTerminal);
  }

  /** Returns its process. */
  ProcessHandle handle() {
    return process.toHandle();
  }

  /**
   * Passes a signal on to the command, unless a terminal sent it there too: one that tidies up on
   * the first Ctrl-C often gives up on the second.
   */
  void pass(EndingSignal signal) {
    noteOffspring();
    if (!hasCome(signal, handle())) {
      send(signal, handle());
    }
  }

  /**
   * Sends a signal that came before the command was there, wherever it came from. A key that was
   * pressed just as it came to be may reach it twice; one that never does would be worse.
   */
  void passEarlier(EndingSignal signal) {
    keysMissed = true;
    noteOffspring();
    send(signal, handle());
  }

  private void noteOffspring() {
    synchronized (offspring) {
      process.descendants().forEach(offspring::add);
    }
  }

  private boolean hasCome(EndingSignal signal, ProcessHandle to) {
    if (signal != EndingSignal.INT) {
      return false;
    }
    return TerminalGroup.of(ProcessHandle.current())
        .flatMap(own -> TerminalGroup.of(to).map(own::sharesKeysWith))
        // On Windows a console is the only one that sends it.
        .orElse(WINDOWS || atTerminal);
  }

  private static void send(EndingSignal signal, ProcessHandle to) {
    if (!to.isAlive()) {
      return;
    }
    if (signal == EndingSignal.TERM || WINDOWS || !kill(signal, to)) {
      to.destroy();
    }
  }

  // Java sends no signal but TERM. Every POSIX system has this shell, and it has "kill" built in.
  private static boolean kill(EndingSignal signal, ProcessHandle to) {
    try {
      Process kill =
          new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " " + to.pid())
              .redirectErrorStream(true)
              .redirectOutput(Redirect.DISCARD)
              .start();
      return kill.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) && kill.exitValue() == 0;
    } catch (IOException notSent) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Waits until the command has ended, whatever happens, and returns its exit code. */
  int waitFor() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor();
        } catch (InterruptedException early) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Asks the processes that the command had started, and that outlive it after a signal, to end:
   * they may be at work on the databases. A shell that is killed leaves such behind.
   *
   * @return those that do not end in time
   */
  List<ProcessHandle> endOffspring(EndingSignal signal) {
    List<ProcessHandle> left;
    synchronized (offspring) {
      left = offspring.stream().filter(ProcessHandle::isAlive).toList();
    }
    left.stream()
        .filter(each -> keysMissed || !hasCome(signal, each))
        .forEach(each -> send(signal, each));
    CompletableFuture.allOf(
            left.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
        .completeOnTimeout(null, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .join();
    return left.stream().filter(ProcessHandle::isAlive).toList();
  }
}
