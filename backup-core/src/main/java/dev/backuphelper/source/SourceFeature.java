package dev.backuphelper.source;

/** What a source can do beyond the common contract. */
public enum SourceFeature {
  /**
   * An open snapshot does not make writers wait, so that it may be opened long before it is copied.
   * Without it a snapshot is opened just before its copy.
   */
  SNAPSHOT_WITHOUT_BLOCKING
}
