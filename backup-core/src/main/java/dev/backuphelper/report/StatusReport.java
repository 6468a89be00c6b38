package dev.backuphelper.report;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.model.SourceName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whether the backups of a store are as they should be.
 *
 * @param reasons why not; empty when all is well
 * @param groups the sets of databases that the store holds backups of
 * @param open the restores and migrations that have not ended
 */
public record StatusReport(List<Reason> reasons, List<Group> groups, List<OpenPlan> open) {
  /** Copies the lists. */
  public StatusReport {
    reasons = List.copyOf(reasons);
    groups = List.copyOf(groups);
    open = List.copyOf(open);
  }

  /** Tells whether all is well. */
  public boolean healthy() {
    return reasons.isEmpty();
  }

  /** What kind of reason it is. New ones may be added. */
  public enum Code {
    /** There is no store. */
    STORE_MISSING,
    /** The store cannot be read. */
    STORE_UNREADABLE,
    /** There is no backup: in the store, or of the databases that were named. */
    NO_BACKUP,
    /** None of the backups of a set of databases is verified and good. */
    NO_GOOD_BACKUP,
    /** A file of a backup is not there. */
    MISSING_FILE,
    /** What a backup builds on is missing, damaged, or was found bad. */
    BROKEN_CHAIN,
    /** A manifest cannot be used. */
    UNREADABLE_MANIFEST,
    /** The manifest of a backup is gone, and files of it are there. */
    MISSING_MANIFEST,
    /** What tells of an open restore or migration cannot be used. */
    UNREADABLE_PLAN,
    /** A restore was interrupted. */
    OPEN_RESTORE,
    /** A migration was interrupted. */
    OPEN_MIGRATION
  }

  /**
   * A reason why not all is well.
   *
   * @param code what kind of reason it is
   * @param message what is wrong, and what to do where that is known
   */
  public record Reason(Code code, String message) {}

  /**
   * A set of databases that is backed up together.
   *
   * @param id its id
   * @param databases the databases, ordered by name
   * @param backups how many backups of it there are
   * @param lastGood the newest that is verified and good; empty when none is
   * @param age how old that one is; empty when there is none
   */
  public record Group(
      GroupId id,
      List<Database> databases,
      int backups,
      Optional<Backup> lastGood,
      Optional<Duration> age) {
    /** Copies the list. */
    public Group {
      databases = List.copyOf(databases);
    }
  }

  /**
   * A database of a set.
   *
   * @param name its name in the backups
   * @param source the path that the backups recorded
   */
  public record Database(SourceName name, String source) {}
}
