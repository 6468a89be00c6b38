package dev.backuphelper.model;

import java.util.Locale;

/** What a backup holds relative to others of its group. */
public enum BackupType {
  /** Everything; needs no other backup. */
  FULL,
  /** What changed since the previous backup of the group, its parent. */
  INCREMENTAL,
  /** What changed since the last full backup of the group, its parent. */
  DIFFERENTIAL;

  /** Returns the spelling of manifests and options: the name in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
