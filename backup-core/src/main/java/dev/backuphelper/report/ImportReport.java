package dev.backuphelper.report;

import dev.backuphelper.model.BackupId;
import java.util.List;

/**
 * What an import did.
 *
 * @param imported the backups that the store did not have, oldest first. They are not verified yet
 * @param alreadyThere the backups that the store had before, with the very same manifest and files
 * @param bytes the stored bytes that were read
 */
public record ImportReport(List<BackupId> imported, List<BackupId> alreadyThere, long bytes) {
  /** Copies the lists. */
  public ImportReport {
    imported = List.copyOf(imported);
    alreadyThere = List.copyOf(alreadyThere);
  }
}
