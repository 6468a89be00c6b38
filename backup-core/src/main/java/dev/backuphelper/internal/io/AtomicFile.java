package dev.backuphelper.internal.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes small files whole or not at all: temporary file in the same folder, content forced to
 * disk, renamed, folder forced to disk. Nobody else writes documents. Thread-safe.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes a file, replacing one of that name at once, durably. */
  public static void write(Path file, byte[] content) throws IOException {
    write(file, content, file.resolveSibling(StagingName.next()));
  }

  /**
   * Does the same by way of a temporary file that the caller names, so that it can be found and
   * removed where no sweep goes. Nobody else may use that name at the same time.
   */
  public static void write(Path file, byte[] content, Path temporary) throws IOException {
    Files.deleteIfExists(temporary);
    try {
      fill(temporary, PrivateFiles.openNew(temporary), content);
      PrivateFiles.rename(temporary, file);
    } catch (IOException | RuntimeException failure) {
      deleteAfter(temporary, failure);
      throw failure;
    }
  }

  /**
   * Creates a file if its name is free, durably. Of several callers at once exactly one gets true.
   * The content may be torn if the process dies within this call.
   */
  public static boolean createNew(Path file, byte[] content) throws IOException {
    FileChannel created;
    try {
      created = PrivateFiles.openNew(file);
    } catch (FileAlreadyExistsException taken) {
      return false;
    }
    try {
      fill(file, created, content);
    } catch (IOException | RuntimeException failure) {
      deleteAfter(file, failure);
      throw failure;
    }
    PrivateFiles.syncDirectory(PrivateFiles.parent(file));
    return true;
  }

  private static void fill(Path file, FileChannel created, byte[] content) throws IOException {
    try (created) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        created.write(bytes);
      }
      created.force(true);
    } catch (IOException failure) {
      throw named(file, failure);
    }
  }

  /** A full disk is reported without saying which. */
  private static IOException named(Path file, IOException failure) {
    if (!failure.getClass().equals(IOException.class)) {
      return failure;
    }
    IOException named = new FileSystemException(file.toString(), null, failure.getMessage());
    named.initCause(failure);
    return named;
  }

  private static void deleteAfter(Path temporary, Exception failure) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException leftBehind) {
      failure.addSuppressed(leftBehind);
    }
  }
}
