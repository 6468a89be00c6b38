package dev.backuphelper.internal.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The processes that a guard's command has started, as far as Linux tells: their environment names
 * the databases. Who killed the guard and its command need not have killed these. Stateless.
 */
final class GuardedProcesses {
  private static final Path PROCESSES = Path.of("/proc");

  private GuardedProcesses() {}

  /**
   * Returns one that may be at work on one of the databases, other than this process and those that
   * it runs in.
   */
  static Optional<Long> find(Collection<Path> databases) throws IOException {
    if (!Files.isDirectory(PROCESSES)) {
      return Optional.empty();
    }
    try (Stream<Path> entries = Files.list(PROCESSES)) {
      return entries
          .map(entry -> String.valueOf(entry.getFileName()))
          .filter(name -> name.chars().allMatch(Character::isDigit))
          .map(Long::valueOf)
          .filter(pid -> !isOurs(pid) && guarded(pid, databases))
          .findFirst();
    }
  }

  private static boolean isOurs(long pid) {
    return Stream.iterate(
            Optional.of(ProcessHandle.current()),
            Optional::isPresent,
            process -> process.flatMap(ProcessHandle::parent))
        .flatMap(Optional::stream)
        .anyMatch(process -> process.pid() == pid);
  }

  private static boolean guarded(long pid, Collection<Path> databases) {
    OuterGuard guard = OuterGuard.in(Map.of(OuterGuard.VARIABLE, value(pid)));
    return databases.stream().anyMatch(guard::names);
  }

  private static String value(long pid) {
    String prefix = OuterGuard.VARIABLE + "=";
    try {
      byte[] environment = Files.readAllBytes(PROCESSES.resolve(pid + "/environ"));
      return Arrays.stream(new String(environment, StandardCharsets.UTF_8).split("\0"))
          .filter(variable -> variable.startsWith(prefix))
          .map(variable -> variable.substring(prefix.length()))
          .findFirst()
          .orElse("");
    } catch (IOException endedOrOfSomebodyElse) {
      return "";
    }
  }
}
