package dev.backuphelper.internal.engine;

import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.CheckLevel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to verify, and how. Without ids and files: every backup of the store.
 *
 * @param ids the backups
 * @param files the plain files and folders of plain files
 * @param level how thorough to be
 * @param maxAge the greatest valid age, or null
 * @param minSize the smallest valid size in bytes, or null
 * @param maxSize the greatest valid size in bytes, or null
 * @param patterns glob patterns of file names in folders; empty for the usual ones
 */
public record VerifyOrder(
    List<BackupId> ids,
    List<Path> files,
    CheckLevel level,
    @Nullable Duration maxAge,
    @Nullable Long minSize,
    @Nullable Long maxSize,
    List<String> patterns) {
  /** Copies the lists. */
  public VerifyOrder {
    ids = List.copyOf(ids);
    files = List.copyOf(files);
    patterns = List.copyOf(patterns);
  }
}
