package dev.backuphelper.model;

import java.util.Locale;

/** The outcome of one check. */
public enum CheckStatus {
  /** Nothing wrong was found. */
  OK,
  /** Something is worth knowing, but what was checked is usable: a broken foreign key, say. */
  WARNING,
  /**
   * The check could not look at everything, because the database uses a function, collation or
   * module that is unknown here. What it did look at was good.
   */
  LIMITED,
  /** What was checked is damaged. */
  FAILED;

  /** Returns the spelling of manifests and reports: the name in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
