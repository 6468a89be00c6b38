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
  private final PageMap map;
  private final DeltaHead head;

  /**
   * Prepares a delta.
   *
   * @param image the image, a private file
   * @param changed what changed
   * @param map of the image
   * @param sha256 of the image, lower-case hex
   */
  public DeltaWriter(Path image, ChangedPages changed, PageMap map, String sha256) {
    this.image = image;
    this.changed = changed;
    this.map = map;
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
    write(head.bytes(), sha256, out);
    byte[] hash = new byte[PageMap.HASH_SIZE];
    for (int page = next(0); page >= 0; page = next(page + 1)) {
      map.get(page, hash);
      byte[] entry = ByteBuffer.allocate(DeltaHead.ENTRY_SIZE).putInt(page + 1).put(hash).array();
      write(entry, sha256, out);
    }
    out.write(sha256.digest());
  }

  private static void write(byte[] bytes, MessageDigest sha256, OutputStream out)
      throws IOException {
    sha256.update(bytes);
    out.write(bytes);
  }

  private int next(int page) {
    return changed.pages().nextSetBit(page);
  }

  // Pages that follow each other are read at once.
  private void writePages(OutputStream out) throws IOException {
    int most = BUFFER_SIZE / head.pageSize();
    byte[] pages = new byte[most * head.pageSize()];
    try (FileChannel channel = FileChannel.open(image, READ)) {
      for (int page = next(0); page >= 0; page = next(page)) {
        int count = Math.min(changed.pages().nextClearBit(page) - page, most);
        ByteBuffer run = ByteBuffer.wrap(pages, 0, count * head.pageSize());
        read(channel, (long) page * head.pageSize(), run);
        out.write(pages, 0, run.limit());
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
