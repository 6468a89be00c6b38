package dev.backuphelper.source;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a table of a backup compares with the live one.
 *
 * @param name the table
 * @param status how it compares
 * @param backupRows its rows in the backup; null when it is not there or cannot be counted
 * @param liveRows its rows now; null when it is not there or cannot be counted
 */
public record TableDifference(
    String name, Status status, @Nullable Long backupRows, @Nullable Long liveRows) {

  /** How a table compares. */
  public enum Status {
    /** The same definition and rows. */
    IDENTICAL,
    /** Another definition or other rows. */
    DIFFERENT,
    /** In the backup, but no more in the live database. */
    ONLY_IN_BACKUP,
    /** In the live database, but not in the backup. */
    ONLY_LIVE;

    /** Returns the spelling of reports: the name in lower case. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
