package dev.backuphelper;

import dev.backuphelper.internal.engine.RecoverOrder;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RecoverChoice;
import org.jspecify.annotations.Nullable;

/**
 * How to resolve what a killed process left open. Immutable and thread-safe.
 *
 * @param plan the one plan to resolve, by its id; null for all
 * @param choice what to do with a database that is concerned
 * @param dryRun whether to report alone
 */
public record RecoverRequest(@Nullable BackupId plan, RecoverChoice choice, boolean dryRun) {

  /** Returns a request that resolves all plans as they say. */
  public static RecoverRequest planned() {
    return new RecoverRequest(null, RecoverChoice.PLANNED, false);
  }

  RecoverOrder order() {
    return new RecoverOrder(plan, choice, dryRun);
  }
}
