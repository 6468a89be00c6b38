package dev.backuphelper.internal.io;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Names of files that are not finished, {@code .staging-HOST-PID-START-N}: they tell whose they
 * are, so that those of dead processes can be swept. Thread-safe.
 */
public final class StagingName {
  private static final Pattern FORM =
      Pattern.compile(
          "\\.staging-([0-9a-f]{8})-(\\d{1,19})-(\\d{1,19})-(\\d{1,19})(-journal|-wal|-shm)?");
  private static final AtomicLong COUNTER = new AtomicLong();

  private StagingName() {}

  /** Returns a name that no other call on this host returns. */
  public static String next() {
    ProcessOwner self = ProcessOwner.current();
    return ".staging-%s-%d-%d-%d"
        .formatted(
            hostKey(self.host()), self.pid(), self.startedMillis(), COUNTER.incrementAndGet());
  }

  /** Tells whether a file of that name may be removed, because the process that made it is dead. */
  public static boolean isLeftOver(String name) {
    return owner(name).map(ProcessOwner::isDead).orElse(false);
  }

  /** Tells whether {@code name} has the form of a staging name. */
  public static boolean isStaging(String name) {
    return FORM.matcher(name).matches();
  }

  private static Optional<ProcessOwner> owner(String name) {
    Matcher matcher = FORM.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String here = ProcessOwner.current().host();
    // The name holds a digest of the host; an owner elsewhere can never be proven dead.
    String host = matcher.group(1).equals(hostKey(here)) ? here : "elsewhere";
    try {
      return Optional.of(
          new ProcessOwner(
              host, Long.parseLong(matcher.group(2)), Long.parseLong(matcher.group(3))));
    } catch (NumberFormatException tooLarge) {
      return Optional.empty();
    }
  }

  private static String hostKey(String host) {
    CRC32C crc = new CRC32C();
    crc.update(host.getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(crc.getValue());
  }
}
