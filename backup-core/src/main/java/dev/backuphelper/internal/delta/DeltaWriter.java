package dev.backuphelper.internal.delta;

import static java.nio.file.StandardOpenOption.READ;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.BitSet;
import org.apache.commons.codec.DecoderException;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Writes what changed between two images: a head, an index with the numbers and hashes of the
 * changed pages, the SHA-256 of both, and the pages.
 */
public final class DeltaWriter {
  private static final int BUFFER_SIZE = 1 << 20;

  private final Path image;
  private final ChangedPages changed;
  private final DeltaHead head;

  /**
   * Prepares a delta.
   *
   * @param image the image, a private file
   * @param changed what changed
   * @param sha256 of the image, lower-case hex
   */
  public DeltaWriter(Path image, ChangedPages changed, String sha256) {
    this.image = image;
    this.changed = changed;
    this.head =
        new DeltaHead(changed.pageSize(), changed.pageCount(), changed.count(), decode(sha256));
  }

  private static byte[] decode(String hex) {
    try {
      return Hex.decodeHex(hex);
    } catch (DecoderException impossible) {
      throw new IllegalArgumentException(hex, impossible);
    }
  }

  /** Returns the bytes that will be written. */
  public long size() {
    return head.deltaSize();
  }

  /** Writes the delta. The stream stays open. */
  public void writeTo(OutputStream out) throws IOException {
    BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER_SIZE);
    writeIndex(buffered);
    writePages(buffered);
    buffered.flush();
  }

  private void writeIndex(OutputStream out) throws IOException {
    MessageDigest sha256 = DigestUtils.getSha256Digest();
    PageHash hash = new PageHash(head.pageSize());
    byte[] hashes = new byte[PageHash.SIZE];
    write(head.bytes(), sha256, out);
    readPages(
        (first, pages, count) -> {
          for (int index = 0; index < count; index++) {
            hash.put(pages, index, hashes, 0);
            ByteBuffer entry = ByteBuffer.allocate(DeltaHead.ENTRY_SIZE);
            write(entry.putInt(first + index + 1).put(hashes).array(), sha256, out);
          }
        });
    out.write(sha256.digest());
  }

  private static void write(byte[] bytes, MessageDigest sha256, OutputStream out)
      throws IOException {
    sha256.update(bytes);
    out.write(bytes);
  }

  private void writePages(OutputStream out) throws IOException {
    readPages((first, pages, count) -> out.write(pages, 0, count * head.pageSize()));
  }

  private interface Run {
    void accept(int first, byte[] pages, int count) throws IOException;
  }

  // Pages that follow each other are read at once.
  private void readPages(Run run) throws IOException {
    int most = BUFFER_SIZE / head.pageSize();
    byte[] pages = new byte[most * head.pageSize()];
    BitSet set = changed.pages();
    try (FileChannel channel = FileChannel.open(image, READ)) {
      for (int page = set.nextSetBit(0); page >= 0; page = set.nextSetBit(page)) {
        int count = Math.min(set.nextClearBit(page) - page, most);
        read(
            channel,
            (long) page * head.pageSize(),
            ByteBuffer.wrap(pages, 0, count * head.pageSize()));
        run.accept(page, pages, count);
        page += count;
      }
    }
  }

  private static void read(FileChannel channel, long from, ByteBuffer bytes) throws IOException {
    long at = from;
    while (bytes.hasRemaining()) {
      int count = channel.read(bytes, at);
      if (count < 0) {
        throw new EOFException("the image was shortened");
      }
      at += count;
    }
  }
}
