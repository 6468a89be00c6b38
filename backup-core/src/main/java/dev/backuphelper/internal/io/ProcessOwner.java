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
    Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    return process.isEmpty() || (startedMillis != 0 && started(process.get()) != startedMillis);
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
