package dev.backuphelper.internal.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to guard a migration.
 *
 * @param label the migration's name
 * @param onCrash what a recovery does unasked, if this process dies
 * @param patience how long to wait for whoever migrates the same databases
 * @param actor who asks for it; null when unknown
 */
public record GuardOrder(String label, OnCrash onCrash, Duration patience, @Nullable String actor) {
  /** What a recovery does unasked. */
  public enum OnCrash {
    /** Puts the former content back. */
    RESTORE,
    /** Nothing but saying what can be done. */
    STOP,
    /** Keeps what is there. */
    KEEP
  }

  Purpose purpose() {
    return Purpose.migration(label, Purpose.OnCrash.valueOf(onCrash.name()));
  }
}
