package dev.backuphelper.internal.io;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A process on some host, recorded so that others can tell later whether it is dead. Immutable.
 *
 * @param host the machine's name
 * @param pid the process id
 * @param startedMillis when the process started, in milliseconds since 1970-01-01 UTC; 0 when
 *     unknown
 */
public record ProcessOwner(String host, long pid, long startedMillis) {
  private static final ProcessOwner CURRENT = findCurrent();

  // More than a clock is set by that was right before; less than it takes to use up all numbers.
  private static final long CLOCK_STEP_MILLIS = 60_000;

  /** Returns this process. */
  public static ProcessOwner current() {
    return CURRENT;
  }

  /**
   * Tells whether that process is known to be gone. Of a process on another host nothing is known.
   */
  public boolean isDead() {
    if (!host.equals(CURRENT.host)) {
      return false;
    }
    Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessOwner::runs);
    return process.isEmpty() || (startedMillis != 0 && started(process.get()) != startedMillis);
  }

  /**
   * Tells whether that process may be alive, where nothing but its number and its start tells. When
   * the clock is set, Linux tells another start of the same process: one that started about then
   * counts as the same.
   */
  public boolean mayLive() {
    if (!isLocal()) {
      return true;
    }
    return pid != CURRENT.pid
        ? ProcessHandle.of(pid)
            .filter(ProcessOwner::runs)
            .filter(process -> startedMillis == 0 || isAbout(started(process)))
            .isPresent()
        : startedMillis == CURRENT.startedMillis;
  }

  // In a container nobody may ever ask for the exit code of a process: it is dead, but there.
  private static boolean runs(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return !stat.substring(stat.lastIndexOf(')') + 1).strip().startsWith("Z");
    } catch (IOException notTold) {
      return process.isAlive();
    }
  }

  private boolean isAbout(long otherMillis) {
    return Math.abs(otherMillis - startedMillis) <= CLOCK_STEP_MILLIS;
  }

  /** Tells whether it ran on this host. */
  public boolean isLocal() {
    return host.equals(CURRENT.host);
  }

  @Override
  public String toString() {
    return "process " + pid + " on " + host;
  }

  /** Returns another process on this host. */
  public static ProcessOwner of(ProcessHandle process) {
    return new ProcessOwner(CURRENT.host, process.pid(), started(process));
  }

  private static ProcessOwner findCurrent() {
    ProcessHandle self = ProcessHandle.current();
    return new ProcessOwner(hostName(), self.pid(), started(self));
  }

  private static long started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  // Not from the environment: a shell and a cron job must agree on the name.
  private static String hostName() {
    try {
      Path kernelName = Path.of("/proc/sys/kernel/hostname");
      if (Files.isReadable(kernelName)) {
        return Files.readString(kernelName).strip();
      }
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException noName) {
      return "localhost";
    } catch (IOException unreadable) {
      return "localhost";
    }
  }
}
