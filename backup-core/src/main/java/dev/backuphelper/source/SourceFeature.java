package dev.backuphelper.source;

/** What a source can do beyond the common contract. */
public enum SourceFeature {
  /**
   * An open snapshot does not make writers wait, so that it may be held long before it is copied.
   * Without it a snapshot is let go, and opened again just before its copy.
   */
  SNAPSHOT_WITHOUT_BLOCKING
}
