package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.GzipImage;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.internal.io.Interruption;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.source.Progress;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.SourceUnreadableException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A database file, gzipped perhaps, that this tool did not write. What it is is told by its
 * content. It counts as live: it is asked of its engine first, and read as bytes only once the
 * engine has said that it is no database. Untrusted.
 */
final class PlainFile {
  private static final int HEAD_BYTES = 100;
  // Left free when a file that declares no size is inflated.
  private static final long RESERVE_BYTES = 64L << 20;
  private static final String USE_ANOTHER = "Use another file; verify tells which are good.";

  private final Path file;
  private final Source source;

  PlainFile(Context context, Path file) {
    this.file = file;
    this.source = context.engine(Context.DEFAULT_ENGINE, file);
  }

  /** Returns the engine that reads the file. */
  Source source() {
    return source;
  }

  /** Requires that there is a file with something in it. */
  void requireContent() throws IOException {
    if (!Files.exists(file)) {
      requireAccess();
      throw new SourceException(
          ErrorCode.SOURCE_NOT_FOUND, "the file does not exist: " + file, "Check the path.");
    }
    if (Files.isRegularFile(file) && Files.size(file) == 0) {
      throw new CorruptBackupException(
          ErrorCode.CORRUPT, "validation failed: " + file + " is empty (0 bytes)", USE_ANOTHER);
    }
  }

  // A folder that this user may not search hides whether the file is there.
  private void requireAccess() throws AccessDeniedException {
    try {
      Files.readAttributes(file, BasicFileAttributes.class);
    } catch (AccessDeniedException denied) {
      throw denied;
    } catch (IOException missing) {
      // As far as this user can see.
    }
  }

  /**
   * Writes the database's image to an empty private file, if there is room for it.
   *
   * @return what is known of the database that the image does not hold
   * @throws BackupException if the file cannot be read, is no database, or there is no room
   * @throws IOException if this was interrupted
   */
  Map<String, Object> stageTo(Path image, Duration patience) throws IOException {
    try {
      requireContent();
      return stage(image, patience);
    } catch (IOException failure) {
      if (Interruption.is(failure)) {
        throw failure;
      }
      throw Failures.translated("cannot read " + file, failure);
    }
  }

  private Map<String, Object> stage(Path image, Duration patience) throws IOException {
    try (Snapshot snapshot = source.open(patience)) {
      requireSpace(image, snapshot.size());
      snapshot.copyTo(image, Progress.NONE);
      return new LinkedHashMap<>(snapshot.facts());
    } catch (SourceUnreadableException unreadable) {
      if (!unreadable.isForeign() || !Files.isRegularFile(file) || !GzipImage.isGzip(file)) {
        throw unusable(unreadable);
      }
      inflate(image);
      return Map.of();
    }
  }

  private void inflate(Path image) throws IOException {
    try {
      OptionalLong declared = source.declaredSize(head());
      if (declared.isPresent()) {
        inflate(image, declared.getAsLong());
      } else {
        inflateBlindly(image);
      }
    } catch (ZipException | EOFException | SourceUnreadableException broken) {
      throw unusable(broken);
    }
  }

  // What the file says of itself is not trusted with the disk: neither to be true nor to fit.
  private void inflate(Path image, long declared) throws IOException {
    if (declared > GzipImage.mostBytes(file)) {
      throw new ZipException(
          "it declares %d bytes, which no gzip file of its size holds".formatted(declared));
    }
    requireSpace(image, declared);
    if (!GzipImage.inflate(file, image, declared)) {
      throw new ZipException("it inflates past the %d bytes that it declares".formatted(declared));
    }
  }

  private void inflateBlindly(Path image) throws IOException {
    Path folder = PrivateFiles.parent(image);
    long usable = Math.max(0, PrivateFiles.usableSpace(folder) - RESERVE_BYTES);
    if (!GzipImage.inflate(file, image, usable)) {
      throw new FileSystemException(
          folder.toString(), null, "not enough space: it inflates past " + usable + " bytes");
    }
  }

  private void requireSpace(Path image, long needed) throws IOException {
    FreeSpace.require("a copy of " + file, image, needed, "Free some space there.");
  }

  private byte[] head() throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return in.readNBytes(HEAD_BYTES);
    }
  }

  private CorruptBackupException unusable(IOException reason) {
    return new CorruptBackupException(
        ErrorCode.CORRUPT,
        "validation failed: " + file + ": " + reason.getMessage(),
        USE_ANOTHER,
        reason);
  }
}
