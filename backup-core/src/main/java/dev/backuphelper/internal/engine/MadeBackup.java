package dev.backuphelper.internal.engine;

import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Component;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A backup that is not published yet.
 *
 * @param type what it holds
 * @param parent what it builds on; null for a full one
 * @param artifacts one for each source, in their order
 */
record MadeBackup(BackupType type, @Nullable BackupId parent, List<MadeArtifact> artifacts) {
  static MadeBackup full(List<MadeArtifact> artifacts) {
    return new MadeBackup(BackupType.FULL, null, artifacts);
  }

  List<Component> components() {
    return artifacts.stream().map(MadeArtifact::component).toList();
  }
}
