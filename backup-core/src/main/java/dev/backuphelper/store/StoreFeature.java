package dev.backuphelper.store;

/** What a store can do beyond the common contract. */
public enum StoreFeature {
  /**
   * {@link Store#lock} excludes other processes. From a store without it nothing is removed, be it
   * a backup or what a dead process left: somebody might be reading it.
   */
  PROCESS_LOCKS
}
