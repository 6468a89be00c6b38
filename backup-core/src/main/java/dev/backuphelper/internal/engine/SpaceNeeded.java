package dev.backuphelper.internal.engine;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The free bytes that some work needs, in a store and on the disks of its targets. */
final class SpaceNeeded {
  // Room for the plan, the pointer and the like, beside the images.
  private static final long METADATA_BYTES = 1 << 20;

  private final Store store;
  private final String work;
  private final Map<FileStore, Long> onDisks = new HashMap<>();
  private long inStore = METADATA_BYTES;

  /**
   * Begins to add up.
   *
   * @param work what needs it, in words for people
   */
  SpaceNeeded(Store store, String work) {
    this.store = store;
    this.work = work;
  }

  /** Adds what is needed in the folder of a target. */
  void besideTarget(Path target, long bytes) throws IOException {
    add(onDisks, PrivateFiles.parent(target), bytes);
  }

  /** Adds what is needed in the store. */
  void inStore(long bytes) {
    inStore += bytes;
  }

  /**
   * Makes sure that there is so much space.
   *
   * @throws StorageException if there is not
   */
  void require() throws IOException {
    require(store.location(), store.usableSpace(), inStore);
    Map<FileStore, Long> needed = new HashMap<>(onDisks);
    Optional<Path> localStore = store.path("any").map(PrivateFiles::parent);
    if (localStore.isPresent()) {
      // Store and target may share a disk.
      add(needed, localStore.get(), inStore);
    }
    for (Map.Entry<FileStore, Long> disk : needed.entrySet()) {
      require(disk.getKey().toString(), disk.getKey().getUsableSpace(), disk.getValue());
    }
  }

  // A folder that is missing will be made on the disk of the one that it is to lie in.
  private static void add(Map<FileStore, Long> needed, Path folder, long bytes) throws IOException {
    Path existing = folder;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = PrivateFiles.parent(existing);
    }
    needed.merge(Files.getFileStore(existing), bytes, Long::sum);
  }

  private void require(String where, long usable, long needed) {
    if (usable < needed) {
      throw new StorageException(
          ErrorCode.NO_SPACE,
          "no room for %s on %s: it needs %d bytes, %d are free"
              .formatted(work, where, needed, usable),
          "Free some space; nothing was changed.");
    }
  }
}
