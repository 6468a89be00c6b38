package dev.backuphelper.retention;

import java.time.Instant;

/**
 * A plain file in a folder without manifests, as {@link RetentionPolicy#planFiles} needs to know
 * it.
 *
 * <p>Immutable and thread-safe.
 *
 * @param name its name, unique in the folder
 * @param time when its content was written
 * @param size its bytes
 * @param verified whether it was examined and found good; only such a file counts, so that where
 *     none was examined a count alone removes nothing
 */
public record FileItem(String name, Instant time, long size, boolean verified) {
  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if {@code size} is negative
   */
  public FileItem {
    if (size < 0) {
      throw new IllegalArgumentException("size must not be negative: " + size);
    }
  }
}
