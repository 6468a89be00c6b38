package dev.backuphelper.internal.delta;

import static java.nio.file.StandardOpenOption.WRITE;

import dev.backuphelper.codec.BrokenStreamException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Reads a delta, which is untrusted. Needs memory for one bit of each page of the image. As every
 * page that is new must be in it, that is never more than the stored bytes are worth.
 *
 * <p>Used once, by one thread.
 */
public final class DeltaReader {
  private static final int BUFFER_SIZE = 1 << 16;
  private static final int RUN_SIZE = 1 << 20;

  private final InputStream in;
  private final MessageDigest sha256 = DigestUtils.getSha256Digest();
  private final DeltaHead head;

  /**
   * Reads the head.
   *
   * @param in stays open
   * @throws BrokenStreamException if it is no delta's
   */
  public DeltaReader(InputStream in) throws IOException {
    this.in = new BufferedInputStream(in, BUFFER_SIZE);
    this.head = DeltaHead.parse(next(DeltaHead.SIZE));
  }

  private long imageSize() {
    return (long) head.pageCount() * head.pageSize();
  }

  /**
   * Makes what is known of the image before that of the image after this delta. Its pages are not
   * read.
   *
   * @throws BrokenStreamException if the index is not what was written, or does not fit to them
   */
  public void update(PageHashes hashes) throws IOException {
    if (hashes.pageSize() != head.pageSize()) {
      throw new BrokenStreamException("the delta has other pages than its base");
    }
    readIndex(hashes.pageCount(), hashes::put);
    hashes.setPageCount(head.pageCount());
  }

  private interface Entry {
    void accept(int page, byte[] hash) throws IOException;
  }

  private BitSet readIndex(long formerPages, Entry entries) throws IOException {
    BitSet pages = new BitSet();
    int last = 0;
    for (int index = 0; index < head.changed(); index++) {
      ByteBuffer entry = ByteBuffer.wrap(next(DeltaHead.ENTRY_SIZE));
      int number = entry.getInt();
      if (number <= last || number > head.pageCount()) {
        throw new BrokenStreamException("the delta's index is out of order at page " + number);
      }
      if (number > formerPages + index + 1) {
        throw new BrokenStreamException("the delta leaves out a new page before " + number);
      }
      last = number;
      pages.set(number - 1);
      byte[] hash = new byte[PageHash.SIZE];
      entry.get(hash);
      entries.accept(number - 1, hash);
    }
    byte[] digest = sha256.digest();
    if (!Arrays.equals(digest, in.readNBytes(digest.length))) {
      throw new BrokenStreamException("the delta's index is not what was written");
    }
    if (head.pageCount() > formerPages && last != head.pageCount()) {
      throw new BrokenStreamException("the delta leaves out a new page after " + last);
    }
    return pages;
  }

  private byte[] next(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new BrokenStreamException("the delta ends early");
    }
    sha256.update(bytes);
    return bytes;
  }

  /** Applies a delta that is a private file; see {@link #applyTo(Path)}. */
  public static void apply(Path delta, Path image) throws IOException {
    try (InputStream in = Files.newInputStream(delta)) {
      new DeltaReader(in).applyTo(image);
    }
  }

  /**
   * Makes the image before the image after this delta. Whether it is that is told by its digest.
   *
   * @param image a private file
   * @throws BrokenStreamException if this is no delta; the image is then undefined
   */
  void applyTo(Path image) throws IOException {
    MessageDigest promised = DigestUtils.getSha256Digest();
    BitSet pages =
        readIndex(Files.size(image) / head.pageSize(), (page, hash) -> promised.update(hash));
    MessageDigest found = DigestUtils.getSha256Digest();
    PageHash hash = new PageHash(head.pageSize());
    byte[] hashes = new byte[PageHash.SIZE];
    int most = RUN_SIZE / head.pageSize();
    byte[] run = new byte[most * head.pageSize()];
    try (FileChannel channel = FileChannel.open(image, WRITE)) {
      for (int page = pages.nextSetBit(0); page >= 0; page = pages.nextSetBit(page)) {
        int count = Math.min(pages.nextClearBit(page) - page, most);
        int length = count * head.pageSize();
        if (in.readNBytes(run, 0, length) < length) {
          throw new BrokenStreamException("the delta ends early");
        }
        for (int index = 0; index < count; index++) {
          hash.put(run, index, hashes, 0);
          found.update(hashes);
        }
        write(channel, (long) page * head.pageSize(), ByteBuffer.wrap(run, 0, length));
        page += count;
      }
      channel.truncate(imageSize());
    }
    if (in.read() >= 0) {
      throw new BrokenStreamException("something follows the delta");
    }
    // The next delta is made of what the index says.
    if (!Arrays.equals(promised.digest(), found.digest())) {
      throw new BrokenStreamException("the delta's pages are not those of its index");
    }
  }

  private static void write(FileChannel channel, long from, ByteBuffer bytes) throws IOException {
    long at = from;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }
}
