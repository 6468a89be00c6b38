package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.DataKey;
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
 */
record OpenedBackup(Backup backup, @Nullable DataKey key) {
  Artifact artifact(SourceName name) {
    Component component =
        backup
            .manifest()
            .component(name)
            .orElseThrow(() -> new NoSuchElementException(name.value()));
    return new Artifact(backup.manifest(), component, key);
  }

  /** Returns the artifact of the database that was backed up at a path, if there is one. */
  Optional<Artifact> artifactOf(Path source) {
    return backup.components().stream()
        .filter(component -> component.source().equals(source.toString()))
        .findFirst()
        .map(component -> new Artifact(backup.manifest(), component, key));
  }
}
