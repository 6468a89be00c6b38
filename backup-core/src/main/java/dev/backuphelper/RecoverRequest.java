package dev.backuphelper;

import dev.backuphelper.internal.engine.RecoverOrder;
import dev.backuphelper.model.BackupId;
import org.jspecify.annotations.Nullable;

/**
 * How to resolve what a killed process left open. Immutable and thread-safe.
 *
 * @param plan the one plan to resolve, by its id; null for all
 * @param choice what to do with a database that is concerned
 * @param dryRun whether to report alone
 */
public record RecoverRequest(@Nullable BackupId plan, Choice choice, boolean dryRun) {
  /** What to do with a database whose restore is open. */
  public enum Choice {
    /** What the plan says, unless the database changed since: then it stays open. */
    PLANNED,
    /**
     * Put the backup's content there, whatever happened since; the state found is backed up first.
     */
    RESTORE,
    /** Keep what is there and close the plan. */
    KEEP
  }

  /** Returns a request that resolves all plans as they say. */
  public static RecoverRequest planned() {
    return new RecoverRequest(null, Choice.PLANNED, false);
  }

  RecoverOrder order() {
    return new RecoverOrder(plan, RecoverOrder.Choice.valueOf(choice.name()), dryRun);
  }
}
