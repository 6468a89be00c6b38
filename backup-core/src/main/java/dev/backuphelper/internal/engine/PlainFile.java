package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.GzipImage;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.source.Progress;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.SourceUnreadableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;

/**
 * A database file, gzipped perhaps, that this tool did not write. What it is is told by its
 * content. It counts as live: it is asked of its engine first, and read as bytes only once the
 * engine has said that it is no database. Untrusted.
 */
final class PlainFile {
  private static final int HEAD_BYTES = 100;
  // Left free when a file that declares no size is inflated.
  private static final long RESERVE_BYTES = 64L << 20;

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
      throw new SourceException(
          ErrorCode.SOURCE_NOT_FOUND, "the file does not exist: " + file, "Check the path.");
    }
    if (Files.isRegularFile(file) && Files.size(file) == 0) {
      throw new CorruptBackupException(
          ErrorCode.CORRUPT, "validation failed: " + file + " is empty (0 bytes)", null);
    }
  }

  /**
   * Writes the database's image to an empty private file.
   *
   * @return what is known of the database that the image does not hold
   */
  Map<String, Object> stageTo(Path image, java.time.Duration patience) throws IOException {
    requireContent();
    try (Snapshot snapshot = source.open(patience)) {
      snapshot.copyTo(image, Progress.NONE);
      return new LinkedHashMap<>(snapshot.facts());
    } catch (SourceUnreadableException noDatabase) {
      if (!Files.isRegularFile(file) || !GzipImage.isGzip(file)) {
        throw unusable(noDatabase);
      }
      return inflate(image);
    }
  }

  private Map<String, Object> inflate(Path image) throws IOException {
    try {
      long usable = PrivateFiles.usableSpace(PrivateFiles.parent(image)) - RESERVE_BYTES;
      OptionalLong declared = source.declaredSize(head());
      GzipImage.inflate(file, image, declared.orElse(Math.max(0, usable)));
      return Map.of();
    } catch (java.util.zip.ZipException | java.io.EOFException broken) {
      throw unusable(broken);
    }
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
        "Use another file; verify tells which are good.",
        reason);
  }
}
