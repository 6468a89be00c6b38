package dev.backuphelper.internal.engine;

import dev.backuphelper.model.BackupId;
import org.jspecify.annotations.Nullable;

/**
 * How to resolve what killed processes left open.
 *
 * @param only the one plan to resolve; null for all
 * @param choice what to do with the databases concerned
 * @param dryRun whether to report alone
 */
public record RecoverOrder(@Nullable BackupId only, Choice choice, boolean dryRun) {
  /** What to do with the databases concerned. */
  public enum Choice {
    /** Finish the restore, unless a database changed since. */
    PLANNED,
    /** Finish the restore, whatever happened since. */
    RESTORE,
    /** Keep what is there. */
    KEEP
  }
}
