package dev.backuphelper.model;

import java.util.Locale;

/** How thoroughly a database image is examined beyond its digests. */
public enum CheckLevel {
  /** Digests and sizes alone. */
  NONE,
  /** The engine's fast check of structure; SQLite: {@code quick_check}. */
  QUICK,
  /**
   * All that the engine can check; SQLite: {@code integrity_check} and {@code foreign_key_check}.
   */
  FULL;

  /** Returns the spelling of manifests and reports: the name in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
