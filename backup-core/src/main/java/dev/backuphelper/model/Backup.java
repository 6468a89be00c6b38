package dev.backuphelper.model;

import java.util.List;
import java.util.Optional;

/**
 * One published backup: its manifest, and what is known of it now.
 *
 * @param manifest what was recorded when it was made
 * @param pinned whether retention must never remove it
 * @param verification its last examination; empty when it never was examined
 */
public record Backup(Manifest manifest, boolean pinned, Optional<Verification> verification) {

  /** Returns the id. */
  public BackupId id() {
    return manifest.id();
  }

  /** Returns why it was made. */
  public BackupKind kind() {
    return manifest.kind();
  }

  /** Returns what it holds. */
  public BackupType type() {
    return manifest.type();
  }

  /** Returns the set of sources it belongs to. */
  public GroupId group() {
    return manifest.group();
  }

  /** Returns the backup it builds on; empty for a full one. */
  public Optional<BackupId> parent() {
    return Optional.ofNullable(manifest.parent());
  }

  /** Returns the stored bytes of its artifacts. */
  public long size() {
    return manifest.size();
  }

  /** Returns its sources' parts, ordered by name. */
  public List<Component> components() {
    return manifest.components();
  }

  /** Tells whether a source failed its own checks when this was made. */
  public boolean damaged() {
    return manifest.damaged();
  }

  /** Tells whether it holds what a failed migration left. */
  public boolean leftByFailure() {
    return kind() == BackupKind.SAFETY && Manifest.FAILED_MIGRATION.equals(manifest.operation());
  }

  /**
   * Tells whether its last examination looked into the databases and was good; a damaged backup
   * never counts as verified.
   */
  public boolean verified() {
    return !damaged()
        && verification.filter(v -> v.good() && v.level() != CheckLevel.NONE).isPresent();
  }

  /** Tells whether its last examination found it bad. */
  public boolean knownBad() {
    return verification.filter(v -> !v.good()).isPresent();
  }
}
