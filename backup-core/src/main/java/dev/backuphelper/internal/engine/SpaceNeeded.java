package dev.backuphelper.internal.engine;

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

  /** What to do where nothing was changed yet. */
  static final String UNCHANGED = "Free some space; nothing was changed.";

  /** What to do where a migration has changed the databases, and is to be undone. */
  static final String TO_UNDO = "Free some space; what the migration left is still there.";

  private final Store store;
  private final String work;
  private final String hint;
  private final Map<FileStore, Long> onDisks = new HashMap<>();
  private long inStore = METADATA_BYTES;

  /**
   * Begins to add up.
   *
   * @param work what needs it, in words for people
   * @param hint what to do if there is not enough
   */
  SpaceNeeded(Store store, String work, String hint) {
    this.store = store;
    this.work = work;
    this.hint = hint;
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
   * @throws dev.backuphelper.error.StorageException if there is not
   */
  void require() throws IOException {
    FreeSpace.require(work, store, inStore, hint);
    Map<FileStore, Long> needed = new HashMap<>(onDisks);
    Optional<Path> localStore = store.folder();
    if (localStore.isPresent()) {
      // Store and target may share a disk.
      add(needed, localStore.get(), inStore);
    }
    for (Map.Entry<FileStore, Long> disk : needed.entrySet()) {
      FreeSpace.require(work, disk.getKey(), disk.getValue(), hint);
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
}
