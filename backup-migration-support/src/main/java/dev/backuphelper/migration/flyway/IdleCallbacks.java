package dev.backuphelper.migration.flyway;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.Configuration;

/**
 * Callbacks that run although nothing is pending. Flyway does not tell what they do, so they count
 * as writing.
 */
final class IdleCallbacks {
  /** Events of other commands, of failures, and of work that is really done. */
  private static final Pattern NOT_IDLE =
      Pattern.compile(
          ".*(?:Each|Clean|Undo|Info|Repair|Baseline|Error).*|afterMigrateApplied|beforeRepeatables");

  private IdleCallbacks() {}

  /** Tells whether an event happens in a migration that has nothing to do. */
  static boolean isIdle(Event event) {
    return !NOT_IDLE.matcher(event.getId()).matches();
  }

  /** Tells whether there are such callbacks, as far as no location needs to be searched. */
  static boolean areConfigured(Configuration configuration) {
    return Arrays.stream(configuration.getCallbacks())
            .anyMatch(callback -> runsIdle(callback, configuration))
        || hasLocations(configuration);
  }

  private static boolean runsIdle(Callback callback, Configuration configuration) {
    return Arrays.stream(Event.values())
        .filter(IdleCallbacks::isIdle)
        .anyMatch(
            event ->
                AnyVersionCallback.supports(callback, event, new QuestionContext(configuration)));
  }

  /** Newer versions of Flyway have locations for callbacks alone: if one is set, it holds some. */
  private static boolean hasLocations(Configuration configuration) {
    try {
      Method locations = Configuration.class.getMethod("getCallbackLocations");
      return ((Object[]) locations.invoke(configuration)).length > 0;
    } catch (NoSuchMethodException olderVersion) {
      return false;
    } catch (IllegalAccessException | InvocationTargetException unknown) {
      return true;
    }
  }
}
