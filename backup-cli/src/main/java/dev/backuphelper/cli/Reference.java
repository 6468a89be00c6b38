package dev.backuphelper.cli;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.internal.engine.Failures;
import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Pattern;

/**
 * What an argument names: a backup of the store, or something in the file system.
 *
 * @param kind which of them
 * @param text the argument
 */
record Reference(Kind kind, String text) {
  /** Names the standard streams instead of a file. */
  static final String STANDARD_STREAM = "-";

  private static final Pattern ID = Pattern.compile("latest|[0-9-]+");

  /** What an argument can name. */
  enum Kind {
    /** A backup: an id, the beginning of one, or {@code latest}. */
    BACKUP,
    /** A folder that holds backups of this tool. */
    STORE,
    /** A folder of plain files. */
    FOLDER,
    /** An archive with a backup, by the end of its name; or {@code -}, standard input. */
    ARCHIVE,
    /** A plain file. */
    FILE
  }

  /** Returns what an argument names; an existing file or folder unless it is an id. */
  static Reference parse(String text) {
    if (text.equals(STANDARD_STREAM)) {
      return new Reference(Kind.ARCHIVE, text);
    }
    if (ID.matcher(text).matches()) {
      return new Reference(Kind.BACKUP, text);
    }
    Path path = path(text);
    if (Files.isDirectory(path)) {
      return new Reference(holdsBackups(path) ? Kind.STORE : Kind.FOLDER, text);
    }
    if (!looksLikeFile(text)) {
      throw new InvalidRequestException(
          "neither a backup's id nor a file: '" + text + "'",
          "An id is made of digits and '-', or is 'latest'; write ./NAME for a file.");
    }
    if (!exists(path)) {
      throw missing(text);
    }
    return new Reference(ArchiveFormat.ofName(text).isPresent() ? Kind.ARCHIVE : Kind.FILE, text);
  }

  /** Returns an argument that names an archive, whatever its name. */
  static Reference archive(String text) {
    if (!text.equals(STANDARD_STREAM)) {
      Path path = path(text);
      if (!exists(path)) {
        throw missing(text);
      }
      if (Files.isDirectory(path)) {
        throw new InvalidRequestException("a folder is no archive: " + text, null);
      }
    }
    return new Reference(Kind.ARCHIVE, text);
  }

  /** Returns an argument that names a backup, and nothing else. */
  static String backup(String text) {
    if (!ID.matcher(text).matches() || text.equals(STANDARD_STREAM)) {
      throw new InvalidRequestException(
          "not a backup's id: '" + text + "'",
          "Give an id, the beginning of one, or 'latest'; 'backup list' shows them.");
    }
    return text;
  }

  /** Returns an argument that names an existing folder. */
  static Reference folder(String text) {
    Path path = path(text);
    if (!exists(path)) {
      throw missing(text);
    }
    if (!Files.isDirectory(path)) {
      throw new InvalidRequestException("not a folder: " + text, null);
    }
    return new Reference(holdsBackups(path) ? Kind.STORE : Kind.FOLDER, text);
  }

  /** Returns the path that an argument spells. */
  static Path path(String text) {
    if (text.isEmpty()) {
      throw new InvalidRequestException("an empty argument names nothing", null);
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException notAPath) {
      throw new InvalidRequestException("not a path: '" + text + "'", null, notAPath);
    }
  }

  /** Tells whether it is an archive that is piped in. */
  boolean isPiped() {
    return text.equals(STANDARD_STREAM);
  }

  /** Returns the file or folder named. */
  Path path() {
    return path(text);
  }

  /** Tells whether it is a folder, of either kind. */
  boolean isFolder() {
    return kind == Kind.FOLDER || kind == Kind.STORE;
  }

  /** Tells whether it is no backup of this tool: a plain file, or a folder of them. */
  boolean isPlain() {
    return kind == Kind.FILE || kind == Kind.FOLDER;
  }

  // A folder that this user may not search hides whether the file is there.
  private static boolean exists(Path path) {
    return Files.exists(path) || Failures.translate("cannot look at " + path, () -> isThere(path));
  }

  private static boolean isThere(Path path) throws AccessDeniedException {
    try {
      Files.readAttributes(path, BasicFileAttributes.class);
      return true;
    } catch (AccessDeniedException denied) {
      throw denied;
    } catch (IOException missing) {
      return false;
    }
  }

  private static SourceException missing(String text) {
    return new SourceException(
        ErrorCode.SOURCE_NOT_FOUND, text + " does not exist", "Check the spelling of the path.");
  }

  private static boolean looksLikeFile(String text) {
    return text.contains("/") || text.contains(File.separator) || text.contains(".");
  }

  private static boolean holdsBackups(Path folder) {
    try (DirectoryStream<Path> manifests =
        Files.newDirectoryStream(folder, "backup-metadata.*.json")) {
      return manifests.iterator().hasNext();
    } catch (IOException unreadable) {
      throw new StorageException(
          ErrorCode.ACCESS_DENIED,
          "cannot read the folder " + folder,
          "Check its permissions.",
          unreadable);
    }
  }
}
