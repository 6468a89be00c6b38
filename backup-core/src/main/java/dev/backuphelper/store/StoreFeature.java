package dev.backuphelper.store;

/** What a store can do beyond the common contract. */
public enum StoreFeature {
  /**
   * Files of the store are files of the local file system. Without it {@link Store#path} is always
   * empty, and an artifact must be copied to a staged file before a database engine can open it.
   */
  LOCAL_FILES,
  /**
   * {@link Store#lock} excludes other processes. Without it callers must not remove anything while
   * others may read.
   */
  PROCESS_LOCKS
}
