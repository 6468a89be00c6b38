package dev.backuphelper.report;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import java.util.List;
import java.util.Optional;

/**
 * What a store holds.
 *
 * @param backups the usable backups, newest first
 * @param unreadable the manifests that cannot be used, each with the reason
 */
public record Listing(List<Backup> backups, List<Unreadable> unreadable) {
  /** Copies the lists. */
  public Listing {
    backups = List.copyOf(backups);
    unreadable = List.copyOf(unreadable);
  }

  /** Returns why the backup of an id cannot be used; empty when it can, or is not there. */
  public Optional<Unreadable> unreadable(BackupId id) {
    String file = "backup-metadata." + id + ".json";
    return unreadable.stream().filter(manifest -> manifest.file().equals(file)).findFirst();
  }

  /**
   * A manifest that cannot be used.
   *
   * @param file its name in the store
   * @param reason why not
   */
  public record Unreadable(String file, String reason) {}
}
