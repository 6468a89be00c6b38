package dev.backuphelper.report;

import com.google.common.collect.Lists;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
   * Returns the backups that cannot be restored although nothing is known to be wrong with them:
   * something that they build on is missing, damaged, or was found bad.
   */
  public Set<BackupId> broken() {
    Set<BackupId> good = new HashSet<>();
    Set<BackupId> broken = new HashSet<>();
    // A parent is always older.
    for (Backup backup : Lists.reverse(backups)) {
      Optional<BackupId> parent = backup.parent();
      if (parent.isPresent() && !good.contains(parent.get())) {
        broken.add(backup.id());
      } else if (!backup.knownBad() && !backup.damaged()) {
        good.add(backup.id());
      }
    }
    return broken;
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
