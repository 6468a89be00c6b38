package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.BrokenStreamException;
import dev.backuphelper.codec.CompressedImage;
import dev.backuphelper.codec.Inflated;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.internal.io.Interruption;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.model.CompressionCodec;
import dev.backuphelper.source.Progress;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.SourceUnreadableException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A database file, compressed perhaps, that this tool did not write. What it is is told by its
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
      CompressionCodec codec = codec(unreadable).orElseThrow(() -> unusable(unreadable));
      inflate(codec, image);
      return Map.of();
    }
  }

  private Optional<CompressionCodec> codec(SourceUnreadableException unreadable)
      throws IOException {
    return unreadable.isForeign() && Files.isRegularFile(file)
        ? CompressedImage.codec(file)
        : Optional.empty();
  }

  private void inflate(CompressionCodec codec, Path image) throws IOException {
    Optional<String> problem;
    try {
      OptionalLong declared = source.declaredSize(CompressedImage.head(file, codec, HEAD_BYTES));
      problem =
          declared.isPresent()
              ? inflate(codec, image, declared.getAsLong())
              : inflateBlindly(codec, image);
    } catch (BrokenStreamException | SourceUnreadableException broken) {
      throw unusable(broken);
    }
    if (problem.isPresent()) {
      throw unusable(problem.get(), null);
    }
  }

  // What the file says of itself is not trusted with the disk: neither to be true nor to fit.
  private Optional<String> inflate(CompressionCodec codec, Path image, long declared)
      throws IOException {
    if (declared > CompressedImage.mostBytes(codec, Files.size(file))) {
      return Optional.of(
          "it declares %d bytes, which no %s file of its size holds"
              .formatted(declared, codec.key()));
    }
    requireSpace(image, declared);
    Inflated inflated = CompressedImage.inflate(file, codec, image, declared);
    return inflated.tooLong()
        ? Optional.of("it inflates past the %d bytes that it declares".formatted(declared))
        : inflated.problem();
  }

  private Optional<String> inflateBlindly(CompressionCodec codec, Path image) throws IOException {
    Path folder = PrivateFiles.parent(image);
    long usable = Math.max(0, PrivateFiles.usableSpace(folder) - RESERVE_BYTES);
    Inflated inflated = CompressedImage.inflate(file, codec, image, usable);
    if (inflated.tooLong()) {
      throw new FileSystemException(
          folder.toString(), null, "not enough space: it inflates past " + usable + " bytes");
    }
    return inflated.problem();
  }

  private void requireSpace(Path image, long needed) throws IOException {
    FreeSpace.require("a copy of " + file, image, needed, "Free some space there.");
  }

  private CorruptBackupException unusable(IOException cause) {
    return unusable(String.valueOf(cause.getMessage()), cause);
  }

  private CorruptBackupException unusable(String reason, @Nullable Throwable cause) {
    return new CorruptBackupException(
        ErrorCode.CORRUPT, "validation failed: " + file + ": " + reason, USE_ANOTHER, cause);
  }
}
