package dev.backuphelper.model;

import java.util.Locale;

/** What a recovery does unasked about a migration whose process died. */
public enum OnCrash {
  /** Puts the former content back, unless a database changed since. */
  RESTORE,
  /** Nothing but saying what can be done. */
  STOP,
  /** Keeps what is there. */
  KEEP;

  /** Returns the spelling of documents: the name in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
