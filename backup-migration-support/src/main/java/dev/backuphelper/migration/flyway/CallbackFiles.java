package dev.backuphelper.migration.flyway;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.resolver.MigrationResolver;
import org.flywaydb.core.api.resolver.ResolvedMigration;
import org.flywaydb.core.api.resource.LoadableResource;

/**
 * Looks for callbacks among the files that Flyway finds in its locations, as a resolver that finds
 * no migrations. Used for one question.
 */
final class CallbackFiles implements MigrationResolver {
  private static final String[] ANY = {""};

  private final Configuration configuration;
  private boolean asked;
  private boolean found;

  CallbackFiles(Configuration configuration) {
    this.configuration = configuration;
  }

  /** Tells whether there is one, or Flyway did not look. */
  boolean mayExist() {
    return found || !asked;
  }

  @Override
  public Collection<ResolvedMigration> resolveMigrations(Context context) {
    asked = true;
    found =
        context.resourceProvider.getResources("", ANY).stream()
            .map(LoadableResource::getFilename)
            .anyMatch(this::isIdleCallback);
    return List.of();
  }

  /** Callbacks are called {@code afterMigrate.sql}, or {@code afterMigrate__for a reason.sql}. */
  private boolean isIdleCallback(String fileName) {
    String separator = Pattern.quote(configuration.getSqlMigrationSeparator());
    String name = fileName.split("\\.|" + separator, 2)[0];
    Event event = Event.fromId(name);
    return event != null && IdleCallbacks.isIdle(event);
  }
}
