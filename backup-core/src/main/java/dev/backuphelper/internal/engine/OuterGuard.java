package dev.backuphelper.internal.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The databases that the command of a guard finds guarded: the guard holds their locks, and waits
 * for the command. Whoever waits there for such a lock waits in vain. Immutable.
 *
 * @param databases their real paths
 */
public record OuterGuard(List<String> databases) {
  /** The variable in the environment of a guard's command that names them. */
  public static final String VARIABLE = "BACKUP_GUARDED";

  // Other than a colon, hardly ever in a path.
  private static final String SEPARATOR = "\n";

  /** Copies the list. */
  public OuterGuard {
    databases = List.copyOf(databases);
  }

  /** Returns what an environment tells. */
  public static OuterGuard in(Map<String, String> environment) {
    String text = environment.getOrDefault(VARIABLE, "");
    return new OuterGuard(text.isEmpty() ? List.of() : List.of(text.split(SEPARATOR)));
  }

  /** Tells whether a database is among them. */
  public boolean guards(Path database) {
    return databases.contains(database.toString());
  }

  /** Returns the value of the variable. */
  public String text() {
    return String.join(SEPARATOR, databases);
  }
}
