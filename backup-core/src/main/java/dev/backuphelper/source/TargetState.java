package dev.backuphelper.source;

import java.util.Locale;

/** What is found where a restore is to write. */
public enum TargetState {
  /** Nothing. */
  MISSING,
  /** A file without content. */
  EMPTY,
  /** A database that can be read, damaged perhaps. */
  DATABASE,
  /** Something that the engine cannot read: damaged beyond reading, encrypted, or no database. */
  UNREADABLE;

  /** Returns the spelling of plans: the name in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
