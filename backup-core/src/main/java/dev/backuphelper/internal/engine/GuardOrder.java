package dev.backuphelper.internal.engine;

import dev.backuphelper.model.OnCrash;
import dev.backuphelper.source.ConnectionRelease;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to guard a migration.
 *
 * @param label the migration's name
 * @param onCrash what a recovery does unasked, if this process dies
 * @param patience how long to wait for whoever migrates the same databases
 * @param actor who asks for it; null when unknown
 * @param connections lets go of what keeps the databases open here while they are restored
 */
public record GuardOrder(
    String label,
    OnCrash onCrash,
    Duration patience,
    @Nullable String actor,
    ConnectionRelease connections) {

  Purpose purpose() {
    return Purpose.migration(label, onCrash);
  }
}
