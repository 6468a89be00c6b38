package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.DataKey;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.SourceName;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A backup whose content can be read.
 *
 * @param backup with all that its manifest tells, encrypted or not
 * @param key what it is encrypted with; null if it is not
 * @param parent what it builds on; null if it is a full one
 */
record OpenedBackup(Backup backup, @Nullable DataKey key, @Nullable OpenedBackup parent) {
  Artifact artifact(SourceName name) {
    return find(name).orElseThrow(() -> new NoSuchElementException(name.value()));
  }

  private Optional<Artifact> find(SourceName name) {
    return backup.manifest().component(name).map(this::artifact);
  }

  private Artifact artifact(Component component) {
    Artifact base = parent == null ? null : parent.baseOf(component, backup);
    return new Artifact(backup.manifest(), component, key, base);
  }

  private Artifact baseOf(Component component, Backup dependent) {
    return find(component.name())
        .orElseThrow(
            () ->
                new CorruptBackupException(
                    ErrorCode.CORRUPT,
                    "validation failed: backup %s builds on %s, which has no %s"
                        .formatted(dependent.id(), backup.id(), component.name()),
                    "Use another backup; verify says which are good."));
  }

  /** Returns the artifact of the database that was backed up at a path, if there is one. */
  Optional<Artifact> artifactOf(Path source) {
    return backup.components().stream()
        .filter(component -> component.source().equals(source.toString()))
        .findFirst()
        .map(this::artifact);
  }
}
