package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.store.Store;
import java.io.IOException;

/**
 * The room that a backup needs while it is made.
 *
 * @param adopted whether the images become the artifacts, so that no byte is written twice
 * @param pages whether hashes of the pages are kept beside them
 */
record RoomForBackup(boolean adopted, boolean pages) {
  /** Room for the manifest and the like, beside the images. */
  static final long METADATA_BYTES = 1 << 20;

  // The smallest pages have 512 bytes; a map has 32 for each, the index of a delta 36.
  private static final long LEAST_BYTES_PER_HASH = 14;

  static RoomForBackup of(CreateOrder order, boolean encrypted) {
    boolean full = order.type() == BackupType.FULL;
    return new RoomForBackup(full && order.compression() == null && !encrypted, !full);
  }

  /** Returns the most bytes that are needed for an image. */
  long of(long imageSize) {
    long hashes = pages ? imageSize / LEAST_BYTES_PER_HASH : 0;
    return adopted ? imageSize : imageSize + hashes + CodecPipeline.mostStored(imageSize + hashes);
  }

  /** Makes sure that a store has room for images, and what comes with them. */
  void require(Store store, long images) throws IOException {
    FreeSpace.require(
        "the backup",
        store,
        images + METADATA_BYTES,
        "Free some space, remove old backups with clean, or use another folder.");
  }
}
