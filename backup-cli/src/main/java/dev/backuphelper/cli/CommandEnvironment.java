package dev.backuphelper.cli;

import dev.backuphelper.internal.engine.OuterGuard;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a guard changes in the environment of its command: it names the guarded databases, so that a
 * guard within a guard is told apart from one that has to wait; and it takes back what the launcher
 * changed. Immutable.
 *
 * @param guarded the databases that are guarded
 * @param locale what the launcher replaced; null if it replaced nothing
 */
record CommandEnvironment(OuterGuard guarded, @Nullable String locale) {
  private static final String LOCALE = "LC_ALL";
  private static final String LOCALE_FROM_LAUNCHER = "dev.backuphelper.lc_all";
  private static final String UNSET = "unset";

  /** Returns that of this process, as it found it. */
  static CommandEnvironment of(Map<String, String> variables) {
    return new CommandEnvironment(
        OuterGuard.in(variables), System.getProperty(LOCALE_FROM_LAUNCHER));
  }

  /** Returns that of a command for which more databases are guarded. */
  CommandEnvironment guarding(List<Path> databases) {
    return new CommandEnvironment(guarded.with(databases), locale);
  }

  /** Changes an environment. */
  void putInto(Map<String, String> variables) {
    variables.put(OuterGuard.VARIABLE, guarded.text());
    if (locale != null && locale.equals(UNSET)) {
      variables.remove(LOCALE);
    } else if (locale != null) {
      variables.put(LOCALE, locale);
    }
  }
}
