package dev.backuphelper.source.sqlite;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.backuphelper.error.RefusedException;
import dev.backuphelper.source.SourceUnreadableException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the file system tells of a database and its sidecars. Only attributes are asked for, nothing
 * is opened: the files may be live.
 */
final class DatabaseFile {
  /** SQLite's write-ahead log. */
  static final String WAL = "-wal";

  /** SQLite's rollback journal. */
  static final String JOURNAL = "-journal";

  /** All files that SQLite keeps beside a database. */
  static final List<String> SIDECARS = List.of(WAL, "-shm", JOURNAL);

  /**
   * SQLite reads a file of so many bytes as an empty database, and deletes a log that lies beside
   * it.
   */
  static final long TAKEN_FOR_EMPTY = 1;

  /** As many links as Linux follows before it gives up. */
  private static final int MAX_LINKS = 40;

  private DatabaseFile() {}

  /**
   * Returns the real path of a database that is to be read.
   *
   * @throws NoSuchFileException if it is missing
   * @throws AccessDeniedException if it may not be read
   * @throws SourceUnreadableException if it is a folder, no regular file, or empty
   * @throws RefusedException if it has several names
   */
  static Path resolveExisting(Path path) throws IOException {
    Path real = path.toRealPath();
    requireRegular(real);
    requireOneName(real);
    if (!Files.isReadable(real)) {
      throw new AccessDeniedException(real.toString());
    }
    requireContent(real);
    return real;
  }

  private static void requireContent(Path file) throws IOException {
    long size = size(file);
    if (size <= TAKEN_FOR_EMPTY && size(sidecar(file, WAL)) > 0) {
      throw new SourceUnreadableException(
          file + " has lost its content (" + size + " bytes), only its log is left");
    }
    if (size == 0 && !hasSidecarContent(file)) {
      throw new SourceUnreadableException(file + " is empty (0 bytes)");
    }
  }

  /**
   * Returns the real path of a file that is to be written and need not exist; its folder must.
   *
   * @throws SourceUnreadableException if it is a folder or no regular file
   * @throws RefusedException if it has several names
   */
  static Path resolveTarget(Path path) throws IOException {
    Path end = followLinks(path.toAbsolutePath());
    if (Files.exists(end)) {
      Path real = end.toRealPath();
      requireRegular(real);
      requireOneName(real);
      return real;
    }
    Path folder = end.getParent();
    Path name = end.getFileName();
    if (folder == null || name == null) {
      throw new SourceUnreadableException(end + " is a folder, not a database");
    }
    return folder.toRealPath().resolve(name);
  }

  /** A link whose end is missing has no real path yet, so it is followed by hand. */
  private static Path followLinks(Path path) throws IOException {
    Path end = path;
    for (int links = 0; Files.isSymbolicLink(end); links++) {
      if (links == MAX_LINKS) {
        throw new FileSystemException(path.toString(), null, "too many levels of links");
      }
      end = end.resolveSibling(Files.readSymbolicLink(end));
    }
    return end;
  }

  private static void requireRegular(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new SourceUnreadableException(file + " is a folder, not a database");
    }
    if (!Files.isRegularFile(file)) {
      throw new SourceUnreadableException(file + " is no regular file, so no database");
    }
  }

  /**
   * SQLite names its sidecars after the path by which it opened a database. A file with two names
   * would have two logs, one of which we would not see.
   */
  private static void requireOneName(Path file) throws IOException {
    int names = names(file);
    if (names > 1) {
      throw new RefusedException(
          file + " has " + names + " hard links, each of which may have a log of its own",
          "Remove the other names of the file, then try again. To find them: find / -samefile '%s'"
              .formatted(file));
    }
  }

  private static int names(Path file) throws IOException {
    return file.getFileSystem().supportedFileAttributeViews().contains("unix")
        ? (Integer) Files.getAttribute(file, "unix:nlink")
        : 1;
  }

  /** Returns the path of a sidecar. */
  static Path sidecar(Path database, String suffix) {
    return database.resolveSibling(database.getFileName() + suffix);
  }

  /** Tells whether a log or a journal lies beside a database, with something in it. */
  static boolean hasSidecarContent(Path database) throws IOException {
    return size(sidecar(database, WAL)) > 0 || size(sidecar(database, JOURNAL)) > 0;
  }

  /** Returns a file's size; 0 when it is missing. */
  static long size(Path file) throws IOException {
    return attributes(file).map(BasicFileAttributes::size).orElse(0L);
  }

  /** Returns what the file system says of a file; empty when it is missing. */
  static Optional<BasicFileAttributes> attributes(Path file) throws IOException {
    try {
      return Optional.of(Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Returns a file's identity; null when it is missing. */
  static @Nullable Object key(Path file) throws IOException {
    return attributes(file).map(DatabaseFile::key).orElse(null);
  }

  /** Returns a file's identity. Windows gives Java none, so there it is when it was made. */
  static Object key(BasicFileAttributes file) {
    Object key = file.fileKey();
    return key == null ? file.creationTime() : key;
  }
}
