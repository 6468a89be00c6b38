package dev.backuphelper.cli;

import dev.backuphelper.ExportedBackup;
import dev.backuphelper.catalog.StoreNames;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.internal.engine.Failures;
import dev.backuphelper.internal.io.PrivateFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file that is to become an archive: whole, or not at all.
 *
 * @param path the file, which does not exist
 * @param format how it is compressed
 */
record ArchiveFile(Path path, ArchiveFormat format) {
  private static final int BUFFER_SIZE = 1 << 16;

  /**
   * What was written.
   *
   * @param size its size in bytes
   * @param sha256 its digest, lower-case hex
   */
  record Written(long size, String sha256) {}

  /** Returns the file that is named, if an archive can be made there. */
  static ArchiveFile named(Path file) {
    String name = String.valueOf(file.getFileName());
    ArchiveFormat format =
        ArchiveFormat.ofName(name)
            .orElseThrow(
                () ->
                    new InvalidRequestException(
                        "not the name of an archive: " + file,
                        "Let it end with .tar, .tar.gz or .tar.zst; or write - for standard"
                            + " output."));
    if (StoreNames.isReserved(name)) {
      throw new InvalidRequestException(
          "%s has a name that belongs to a store".formatted(file),
          "Choose another name, as in: backup.tar.zst");
    }
    ArchiveFile archive = new ArchiveFile(file.toAbsolutePath(), format);
    archive.requireFree();
    return archive;
  }

  private void requireFree() {
    if (PrivateFiles.isTaken(path)) {
      throw taken();
    }
  }

  private RefusedException taken() {
    return new RefusedException(
        "there is something already: " + path, "Remove it, or name another file.");
  }

  /** Writes it. */
  Written write(ExportedBackup files) {
    return Failures.translate("cannot write " + path, () -> writeWhole(files));
  }

  private Written writeWhole(ExportedBackup files) throws IOException {
    Path folder = PrivateFiles.parent(path);
    requireSpace(folder, TarWriter.mostBytes(files.files(), files.bytes()));
    try (Temporary temporary = Temporary.fileIn(folder)) {
      String sha256 = write(files, temporary.path());
      PrivateFiles.sync(temporary.path());
      long size = Files.size(temporary.path());
      // It took a while, and somebody else may have made such a file.
      PrivateFiles.renameToFree(temporary.path(), path);
      return new Written(size, sha256);
    } catch (FileAlreadyExistsException madeMeanwhile) {
      throw taken();
    }
  }

  // What is compressed may take less, but that is not known before.
  private void requireSpace(Path folder, long plain) throws IOException {
    long needed = format == ArchiveFormat.TAR ? plain : CodecPipeline.mostStored(plain);
    long usable = PrivateFiles.usableSpace(folder);
    if (usable < needed) {
      throw new StorageException(
          ErrorCode.NO_SPACE,
          "no room for %s: it may need %d bytes, %d are free".formatted(path, needed, usable),
          "Free some space there, or name a file on another disk.");
    }
  }

  private String write(ExportedBackup files, Path file) throws IOException {
    MessageDigest sha256 = sha256();
    try (OutputStream stored =
            new DigestOutputStream(
                new BufferedOutputStream(
                    Files.newOutputStream(file, StandardOpenOption.WRITE), BUFFER_SIZE),
                sha256);
        OutputStream compressed = format.compress(stored)) {
      TarWriter.write(files, compressed);
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }
}
