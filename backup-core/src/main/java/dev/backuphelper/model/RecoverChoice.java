package dev.backuphelper.model;

/** What a recovery does with the databases of what is open. */
public enum RecoverChoice {
  /** What the plan says, unless a database changed since: then it stays open. */
  PLANNED,
  /**
   * Puts the planned content there, whatever happened since; the state found is backed up first.
   */
  RESTORE,
  /** Keeps what is there, and closes the plan. */
  KEEP
}
