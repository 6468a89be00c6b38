package dev.backuphelper.migration;

import dev.backuphelper.GuardRequest;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.source.ConnectionRelease;
import java.time.Duration;
import java.util.Objects;

/**
 * What a guard does when something goes wrong. Immutable and thread-safe.
 *
 * @param onBackupFailure what to do if the safety backup cannot be made
 * @param onFailure what to do if the migration fails
 * @param onCrash what a recovery does unasked if the process dies in the migration
 * @param checkStructure whether structure and foreign keys are checked after the migration
 * @param patience how long to wait for another process that migrates the same databases; not
 *     negative
 */
public record GuardPolicy(
    OnBackupFailure onBackupFailure,
    OnFailure onFailure,
    OnCrash onCrash,
    boolean checkStructure,
    Duration patience) {
  /** How long a guard waits unless told otherwise. */
  public static final Duration DEFAULT_PATIENCE = Duration.ofMinutes(5);

  private static final GuardPolicy RESTORING =
      new GuardPolicy(
          OnBackupFailure.ABORT, OnFailure.RESTORE, OnCrash.RESTORE, true, DEFAULT_PATIENCE);

  /** What to do if the safety backup cannot be made. */
  public enum OnBackupFailure {
    /** Does not migrate. */
    ABORT,
    /**
     * Migrates without protection, and says so. A database that fails its own checks is not
     * migrated all the same.
     */
    MIGRATE_UNPROTECTED
  }

  /** What to do if the migration fails. */
  public enum OnFailure {
    /** Puts the former content back. */
    RESTORE,
    /** Leaves what is there, and says how to put the former content back. */
    STOP
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if the patience is negative
   */
  public GuardPolicy {
    Objects.requireNonNull(onBackupFailure, "onBackupFailure");
    Objects.requireNonNull(onFailure, "onFailure");
    Objects.requireNonNull(onCrash, "onCrash");
    if (patience.isNegative()) {
      throw new IllegalArgumentException("patience is negative: " + patience);
    }
  }

  /**
   * The default, for databases that this process alone owns: no migration without a safety backup;
   * after a failure or a crash the former content is put back.
   */
  public static GuardPolicy restoring() {
    return RESTORING;
  }

  /**
   * For databases that others may go on writing to: no migration without a safety backup, but
   * nothing is restored unasked.
   */
  public static GuardPolicy stopping() {
    return new GuardPolicy(
        OnBackupFailure.ABORT, OnFailure.STOP, OnCrash.STOP, true, DEFAULT_PATIENCE);
  }

  /** As {@link #restoring}, but a safety backup that fails does not hold the migration up. */
  public static GuardPolicy lenient() {
    return new GuardPolicy(
        OnBackupFailure.MIGRATE_UNPROTECTED,
        OnFailure.RESTORE,
        OnCrash.RESTORE,
        true,
        DEFAULT_PATIENCE);
  }

  /** Returns this policy with another patience. */
  public GuardPolicy withPatience(Duration value) {
    return new GuardPolicy(onBackupFailure, onFailure, onCrash, checkStructure, value);
  }

  /** Returns this policy without the checks of structure and foreign keys. */
  public GuardPolicy withoutStructureCheck() {
    return new GuardPolicy(onBackupFailure, onFailure, onCrash, false, patience);
  }

  GuardRequest request(String label, ConnectionRelease connections) {
    return new GuardRequest(label, onCrash, patience, null, connections);
  }
}
