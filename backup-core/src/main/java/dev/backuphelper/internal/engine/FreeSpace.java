package dev.backuphelper.internal.engine;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Path;

/** The room that a work needs, asked for before it begins. Stateless. */
final class FreeSpace {
  private FreeSpace() {}

  /** Requires room in a store. */
  static void require(String work, Store store, long needed, String hint) throws IOException {
    require(work, store.location(), needed, store.usableSpace(), hint);
  }

  /** Requires room for what a private file is to hold, on its own file system. */
  static void require(String work, Path file, long needed, String hint) throws IOException {
    Path folder = PrivateFiles.parent(file);
    require(work, folder.toString(), needed, PrivateFiles.usableSpace(folder), hint);
  }

  /** Requires room on a disk. */
  static void require(String work, FileStore disk, long needed, String hint) throws IOException {
    require(work, disk.toString(), needed, disk.getUsableSpace(), hint);
  }

  private static void require(String work, String where, long needed, long usable, String hint) {
    if (usable < needed) {
      throw new StorageException(
          ErrorCode.NO_SPACE,
          "no room for %s in %s: it needs %d bytes, %d are free"
              .formatted(work, where, needed, usable),
          hint);
    }
  }
}
