package dev.backuphelper.internal.engine;

import dev.backuphelper.internal.io.ProcessOwner;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The databases that the command of a guard finds guarded: the guard holds their locks, and waits
 * for the command. Whoever waits there for such a lock waits in vain, as long as the guard lives: a
 * process that the command left behind may find it ended. Immutable.
 *
 * @param entries the databases with their guards
 */
public record OuterGuard(List<Entry> entries) {
  /** The variable in the environment of a guard's command that names them. */
  public static final String VARIABLE = "BACKUP_GUARDED";

  // Other than a colon, hardly ever in a path.
  private static final String SEPARATOR = "\n";

  /**
   * A database that is guarded.
   *
   * @param guard the process that guards it
   * @param database its real path
   */
  public record Entry(ProcessOwner guard, String database) {
    private static Optional<Entry> parse(String host, String line) {
      String[] parts = line.split(" ", 3);
      try {
        return parts.length < 3
            ? Optional.empty()
            : Optional.of(
                new Entry(
                    new ProcessOwner(host, Long.parseLong(parts[0]), Long.parseLong(parts[1])),
                    parts[2]));
      } catch (NumberFormatException ofSomebodyElse) {
        return Optional.empty();
      }
    }

    private String text() {
      return "%d %d %s".formatted(guard.pid(), guard.startedMillis(), database);
    }
  }

  /** Copies the list. */
  public OuterGuard {
    entries = List.copyOf(entries);
  }

  /** Returns what an environment tells. */
  public static OuterGuard in(Map<String, String> environment) {
    String host = ProcessOwner.current().host();
    return new OuterGuard(
        environment
            .getOrDefault(VARIABLE, "")
            .lines()
            .flatMap(line -> Entry.parse(host, line).stream())
            .toList());
  }

  /** Returns this with more databases, which this process guards. */
  public OuterGuard with(List<Path> databases) {
    Stream<Entry> more =
        databases.stream().map(path -> new Entry(ProcessOwner.current(), path.toString()));
    return new OuterGuard(Stream.concat(entries.stream(), more).toList());
  }

  /** Tells whether a database is among them, and its guard may still live. */
  public boolean guards(Path database) {
    return entries.stream().anyMatch(entry -> isOf(entry, database) && entry.guard().mayLive());
  }

  /** Tells whether a database is among them, be its guard dead. */
  public boolean names(Path database) {
    return entries.stream().anyMatch(entry -> isOf(entry, database));
  }

  private static boolean isOf(Entry entry, Path database) {
    return entry.database().equals(database.toString());
  }

  /** Returns the value of the variable. */
  public String text() {
    return entries.stream().map(Entry::text).collect(Collectors.joining(SEPARATOR));
  }
}
