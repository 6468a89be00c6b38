package dev.backuphelper.model;

import java.util.Locale;

/** How a restore left its targets. */
public enum RestoreOutcome {
  /** Every target holds the backup's content. */
  RESTORED,
  /** No target was touched. */
  UNCHANGED,
  /** The restore failed, and every target holds again what it held before. */
  ROLLED_BACK,
  /** The restore failed and could not be undone; the plan beside the targets stays open. */
  UNKNOWN;

  /** Returns the spelling of reports: the name in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
