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
  private static final String PREFIX = "backup-metadata.";
  private static final String SUFFIX = ".json";

  /** Copies the lists. */
  public Listing {
    backups = List.copyOf(backups);
    unreadable = List.copyOf(unreadable);
  }

  /** Returns why the backup of an id cannot be used; empty when it can, or is not there. */
  public Optional<Unreadable> unreadable(BackupId id) {
    return unreadable.stream()
        .filter(manifest -> manifest.id().filter(id::equals).isPresent())
        .findFirst();
  }

  /**
   * A manifest that cannot be used.
   *
   * @param file its name in the store
   * @param reason why not
   */
  public record Unreadable(String file, String reason) {
    /** Returns the id of its backup; empty if its name holds none. */
    public Optional<BackupId> id() {
      return file.startsWith(PREFIX) && file.endsWith(SUFFIX)
          ? BackupId.tryParse(file.substring(PREFIX.length(), file.length() - SUFFIX.length()))
          : Optional.empty();
    }
  }
}
