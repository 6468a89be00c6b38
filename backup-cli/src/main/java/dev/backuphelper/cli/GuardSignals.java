package dev.backuphelper.cli;

import dev.backuphelper.event.BackupEvent;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the signals that ask a guard to end do. They never end it while a command runs or a database
 * is being restored; they end the command, and with it the guard. Thread-safe.
 */
final class GuardSignals implements AutoCloseable {
  /** How far the guard is. */
  private enum Phase {
    /** It waits for locks; nothing was written yet. */
    WAITING,
    /** It makes the safety backup. */
    PREPARING,
    /** The command runs. */
    RUNNING,
    /** The command has ended; the databases are checked or restored. */
    ENDING
  }

  private final Thread guard = Thread.currentThread();
  private final Signals signals;
  private final Consumer<String> told;
  private Phase phase = Phase.WAITING;
  private @Nullable EndingSignal received;
  private @Nullable RunningCommand command;

  private GuardSignals(Consumer<String> told) {
    this.told = told;
    signals = Signals.takenBy(this::take);
  }

  /**
   * Takes the signals on behalf of the calling thread.
   *
   * @param told is told what comes of a signal, by any thread
   */
  static GuardSignals take(Consumer<String> told) {
    return new GuardSignals(told);
  }

  private synchronized void take(EndingSignal signal) {
    if (received == null) {
      received = signal;
    }
    RunningCommand running = command;
    if (phase == Phase.WAITING) {
      guard.interrupt();
    } else if (phase == Phase.RUNNING && running != null) {
      pass(signal, running);
      return;
    }
    told.accept("signal " + signal + "; ending as soon as nothing is half done");
  }

  private void pass(EndingSignal signal, RunningCommand running) {
    running.pass(signal);
    tellOfWait(signal);
  }

  private void tellOfWait(EndingSignal signal) {
    told.accept("signal " + signal + "; waiting for the command to end");
  }

  /** Returns the first signal that came; empty if none has. */
  synchronized Optional<EndingSignal> received() {
    return Optional.ofNullable(received);
  }

  /** Tells whether the guard still waits for locks. */
  synchronized boolean isWaiting() {
    return phase == Phase.WAITING;
  }

  /** Hears that the library has begun its work: from now on an interrupt would do harm. */
  synchronized void hear(BackupEvent begun) {
    if (phase == Phase.WAITING) {
      phase = Phase.PREPARING;
      clearInterrupt();
    }
  }

  // A signal that came too late to stop the wait is known by what was received.
  private static void clearInterrupt() {
    boolean unused = Thread.interrupted();
  }

  /** Says that the command runs. A signal that came while it was started is sent to it now. */
  synchronized void running(RunningCommand started) {
    phase = Phase.RUNNING;
    command = started;
    if (received != null) {
      started.passEarlier(received);
      tellOfWait(received);
    }
  }

  /** Says that the command has ended. */
  synchronized void ended() {
    phase = Phase.ENDING;
    command = null;
  }

  @Override
  public void close() {
    signals.close();
    if (received != null) {
      clearInterrupt();
    }
  }
}
