package dev.backuphelper;

import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.internal.engine.GuardOrder;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.source.ConnectionRelease;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to guard a migration. Immutable and thread-safe.
 *
 * @param label the migration's name: any text that is not blank, at most {@value #MAX_LABEL}
 *     characters, none of them a control character
 * @param onCrash what a recovery does unasked if this process dies
 * @param patience how long to wait for another process that migrates the same databases
 * @param actor who asks for it, to be recorded; null when unknown
 * @param connections lets go of what keeps the databases open here while they are restored
 */
public record GuardRequest(
    String label,
    OnCrash onCrash,
    Duration patience,
    @Nullable String actor,
    ConnectionRelease connections) {
  /** The longest label, in characters. */
  public static final int MAX_LABEL = 200;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if the label breaks the rule above, or the patience is
   *     negative
   */
  public GuardRequest {
    Objects.requireNonNull(onCrash, "onCrash");
    Objects.requireNonNull(connections, "connections");
    if (label.isBlank()
        || label.length() > MAX_LABEL
        || label.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidRequestException(
          "not a label for a migration: '%s'".formatted(label.replaceAll("\\p{Cntrl}", "?")),
          "Give one of 1 to " + MAX_LABEL + " characters, without control characters.");
    }
    if (patience.isNegative()) {
      throw new IllegalArgumentException("patience is negative: " + patience);
    }
  }

  /** A request of somebody who keeps no connections open. */
  public GuardRequest(String label, OnCrash onCrash, Duration patience, @Nullable String actor) {
    this(label, onCrash, patience, actor, ConnectionRelease.NONE);
  }

  GuardOrder order() {
    return new GuardOrder(label, onCrash, patience, actor, connections);
  }
}
