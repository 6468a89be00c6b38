package dev.backuphelper.model;

import java.util.Locale;

/** Why a backup was made; retention treats each kind by its own rule. */
public enum BackupKind {
  /** Made by a person or an application on request. */
  MANUAL,
  /** Made by a schedule. */
  SCHEDULED,
  /** Made to be kept for long. */
  ARCHIVE,
  /** Made before something dangerous, a migration or a restore; carries the operation's name. */
  SAFETY;

  /** Returns the spelling of manifests and options: the name in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
