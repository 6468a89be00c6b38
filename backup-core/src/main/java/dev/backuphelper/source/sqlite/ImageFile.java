package dev.backuphelper.source.sqlite;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.source.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Private files that hold a database: staged copies and artifacts. No connection but our own can
 * have them open, which is why Java may.
 */
final class ImageFile {
  private static final int BLOCK = 1 << 20;
  private static final long COPY_STEP = 1 << 24;

  /**
   * First and last byte of what a copy's first page may have otherwise: see {@link #sameContent}.
   */
  private static final int[][] VOLATILE = {{18, 19}, {24, 27}, {40, 43}, {92, 99}};

  // From the file format of SQLite: the header of a rollback journal.
  private static final byte[] JOURNAL_MAGIC = {
    (byte) 0xd9, (byte) 0xd5, 0x05, (byte) 0xf9, 0x20, (byte) 0xa1, 0x63, (byte) 0xd7
  };

  private ImageFile() {}

  /** Returns the header; empty when the file is no SQLite database. */
  static Optional<Header> header(Path image) throws IOException {
    try (FileChannel channel = FileChannel.open(image, READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(Header.SIZE);
      fill(channel, bytes);
      return bytes.hasRemaining() ? Optional.empty() : Header.parse(bytes.array());
    }
  }

  /** Tells whether a rollback journal begins as SQLite's do; it carries no locks. */
  static boolean isJournal(Path journal) throws IOException {
    try (FileChannel channel = FileChannel.open(journal, READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(JOURNAL_MAGIC.length);
      fill(channel, bytes);
      return Arrays.equals(bytes.array(), JOURNAL_MAGIC);
    }
  }

  /** Sets the journal mode that the file asks for, and makes the whole file durable. */
  static void setWal(Path image, boolean wal) throws IOException {
    byte version = (byte) (wal ? 2 : 1);
    try (FileChannel channel = FileChannel.open(image, WRITE)) {
      ByteBuffer versions = ByteBuffer.wrap(new byte[] {version, version});
      channel.write(versions, Header.JOURNAL_VERSIONS);
      channel.force(true);
    }
  }

  /** Writes so many zeros into a file, at least, and makes them durable. */
  static void fillWithZeros(Path file, long size) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(BLOCK);
    try (FileChannel channel = FileChannel.open(file, WRITE)) {
      long written = 0;
      while (written < size) {
        written += channel.write(zeros.clear(), written);
      }
      channel.force(true);
    }
  }

  /** Copies an image to a new private file. The copy is not yet durable. */
  static void copy(Path image, Path copy, Progress progress) throws IOException {
    try (FileChannel from = FileChannel.open(image, READ);
        FileChannel to = PrivateFiles.openNew(copy)) {
      long size = from.size();
      long done = 0;
      while (done < size) {
        long moved = from.transferTo(done, Math.min(size - done, COPY_STEP), to);
        if (moved <= 0) {
          throw new IOException(image + " was shortened while it was copied, at byte " + done);
        }
        done += moved;
        progress.at(done, size);
      }
    }
  }

  /**
   * Tells whether two images are alike, but for the bytes that SQLite itself sets when it copies a
   * database: versions of the journal, change counter, schema cookie, and who wrote it last.
   */
  static boolean sameContent(Path one, Path other) throws IOException {
    try (FileChannel first = FileChannel.open(one, READ);
        FileChannel second = FileChannel.open(other, READ)) {
      return first.size() == second.size() && sameContent(first, second);
    }
  }

  private static boolean sameContent(FileChannel first, FileChannel second) throws IOException {
    ByteBuffer left = ByteBuffer.allocateDirect(BLOCK);
    ByteBuffer right = ByteBuffer.allocateDirect(BLOCK);
    boolean start = true;
    while (true) {
      fill(first, left.clear());
      fill(second, right.clear());
      left.flip();
      right.flip();
      if (start) {
        normalize(left);
        normalize(right);
        start = false;
      }
      if (left.mismatch(right) >= 0) {
        return false;
      }
      if (left.limit() < BLOCK) {
        return true;
      }
    }
  }

  private static void normalize(ByteBuffer page) {
    for (int[] range : VOLATILE) {
      for (int at = range[0]; at <= range[1] && at < page.limit(); at++) {
        page.put(at, (byte) 0);
      }
    }
  }

  private static void fill(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        return;
      }
    }
  }
}
