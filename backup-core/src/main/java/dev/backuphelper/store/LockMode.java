package dev.backuphelper.store;

/** Who else may hold a lock at the same time. */
public enum LockMode {
  /** Others that hold it shared. */
  SHARED,
  /** Nobody else. */
  EXCLUSIVE
}
