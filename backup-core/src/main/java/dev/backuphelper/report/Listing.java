package dev.backuphelper.report;

import dev.backuphelper.model.Backup;
import java.util.List;

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

  /**
   * A manifest that cannot be used.
   *
   * @param file its name in the store
   * @param reason why not
   */
  public record Unreadable(String file, String reason) {}
}
