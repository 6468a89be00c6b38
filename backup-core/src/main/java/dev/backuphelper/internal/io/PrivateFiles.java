package dev.backuphelper.internal.io;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files and folders that only their owner may read (0600 and 0700 where the file system knows such
 * modes), and their durability. Thread-safe.
 */
public final class PrivateFiles {
  private PrivateFiles() {}

  /** Creates an empty file; fails if the name is taken, even by a dangling link. */
  public static void create(Path file) throws IOException {
    openNew(file).close();
  }

  /** Creates a file and opens it for writing; fails if the name is taken. */
  public static FileChannel openNew(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        attributes(file, "rw-------"));
  }

  /** Writes a file in place, made if it is missing; never through a link, and not durably. */
  public static void overwrite(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                NOFOLLOW_LINKS),
            attributes(file, "rw-------"))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  /** Creates an empty private folder; fails if the name is taken, even by a dangling link. */
  public static void createDirectory(Path directory) throws IOException {
    Files.createDirectory(directory, attributes(directory, "rwx------"));
  }

  /** Creates a private folder and its missing parents, durably; an existing one stays as it is. */
  public static void createDirectories(Path directory) throws IOException {
    createDirectories(directory, attributes(directory, "rwx------"));
  }

  /** Creates a folder and its missing parents, durably, with the modes that folders have here. */
  public static void createOrdinaryDirectories(Path directory) throws IOException {
    createDirectories(directory, new FileAttribute<?>[0]);
  }

  private static void createDirectories(Path directory, FileAttribute<?>... attributes)
      throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path existing = parent(directory);
    while (!Files.exists(existing) && !existing.equals(parent(existing))) {
      existing = parent(existing);
    }
    // Somebody else may have made it in the meantime.
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new NotDirectoryException(directory.toString());
    }
    Files.createDirectories(directory, attributes);
    Path changed = directory.toAbsolutePath();
    do {
      changed = parent(changed);
      // One may add to a folder that one may not list; then there is no way to force it.
      if (Files.isReadable(changed)) {
        syncDirectory(changed);
      }
    } while (!changed.equals(existing));
  }

  /** Makes a private file's content durable. Never called with a live database. */
  public static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /**
   * Makes the names in a folder durable. Windows opens no folder as a file and needs no such call,
   * so there it does nothing.
   */
  public static void syncDirectory(Path directory) throws IOException {
    if (isPosix(directory)) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Renames within a folder, replacing what has the new name, and makes that durable. */
  public static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    syncDirectory(parent(to));
  }

  /**
   * Renames a file within a folder, and makes that durable; never replaces what has the new name,
   * even if it was made at the same time. Where the file system has no hard links, that is looked
   * at just before.
   *
   * @throws FileAlreadyExistsException if the new name is taken, even by a dangling link
   */
  public static void renameToFree(Path from, Path to) throws IOException {
    try {
      Files.createLink(to, from);
    } catch (FileAlreadyExistsException taken) {
      throw taken;
    } catch (UnsupportedOperationException | FileSystemException noLinks) {
      // To rename atomically would replace; this way Java looks first.
      Files.move(from, to);
      syncDirectory(parent(to));
      return;
    }
    Files.delete(from);
    syncDirectory(parent(to));
  }

  /** Tells whether something has that name, be it a dangling link. */
  public static boolean isTaken(Path path) {
    return Files.exists(path, NOFOLLOW_LINKS);
  }

  /** Returns the folder that holds a path. */
  public static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath() : parent;
  }

  /** Tells whether the file system knows POSIX modes. */
  static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Returns the bytes that can be written on the file system of an existing folder. */
  public static long usableSpace(Path directory) throws IOException {
    FileStore fileStore = Files.getFileStore(directory);
    return fileStore.getUsableSpace();
  }

  private static FileAttribute<?>[] attributes(Path path, String mode) {
    return isPosix(path)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }
}
