package dev.backuphelper.internal.delta;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.backuphelper.codec.BrokenStreamException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.BooleanSupplier;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The SHA-256 of every page of an image, in a private file, so that no memory is needed for it.
 * Used by one thread at a time.
 *
 * <p>The file is as a store keeps it: a head of 16 bytes (the magic, the page size and the number
 * of pages, the most significant byte first), then the hashes in the order of the pages.
 */
public final class PageMap implements AutoCloseable {
  /** Bytes of a hash. */
  static final int HASH_SIZE = 32;

  private static final byte[] MAGIC = "BHPAGES1".getBytes(StandardCharsets.US_ASCII);
  private static final int HEAD_SIZE = MAGIC.length + 2 * Integer.BYTES;
  private static final int BATCH_BYTES = 1 << 20;
  private static final int LARGEST_PAGE = 1 << 16;

  private final FileChannel channel;
  private final int pageSize;
  private int pageCount;

  private PageMap(FileChannel channel, int pageSize, int pageCount) {
    this.channel = channel;
    this.pageSize = pageSize;
    this.pageCount = pageCount;
  }

  /** Tells whether an image can have a map: whole pages, and not too many of them. */
  public static boolean fits(long imageSize, int pageSize) {
    return isPageSize(pageSize)
        && imageSize % pageSize == 0
        && imageSize / pageSize < Integer.MAX_VALUE;
  }

  static boolean isPageSize(int size) {
    return size > 0 && size <= LARGEST_PAGE && Integer.bitCount(size) == 1;
  }

  /** Returns the size of the map of an image. */
  public static long size(long imageSize, int pageSize) {
    return HEAD_SIZE + imageSize / pageSize * HASH_SIZE;
  }

  /** Returns the map of an image that has no pages. */
  public static PageMap empty(Path file, int pageSize) throws IOException {
    PageMap map = new PageMap(FileChannel.open(file, READ, WRITE), pageSize, 0);
    try {
      map.setPageCount(0);
      return map;
    } catch (IOException failure) {
      map.close();
      throw failure;
    }
  }

  /**
   * Copies a map from where it is stored.
   *
   * @param stored stays open
   * @param file an empty private file
   * @throws BrokenStreamException if it is no map
   */
  public static PageMap read(InputStream stored, Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, READ, WRITE);
    try {
      byte[] head = stored.readNBytes(HEAD_SIZE);
      if (head.length < HEAD_SIZE || !Arrays.equals(MAGIC, Arrays.copyOf(head, MAGIC.length))) {
        throw new BrokenStreamException("it is no page map");
      }
      ByteBuffer fields = ByteBuffer.wrap(head).position(MAGIC.length);
      PageMap map = new PageMap(channel, fields.getInt(), fields.getInt());
      if (!isPageSize(map.pageSize) || map.pageCount < 0) {
        throw new BrokenStreamException("its head is no page map's");
      }
      map.fill(stored);
      map.setPageCount(map.pageCount);
      return map;
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  private void fill(InputStream stored) throws IOException {
    byte[] hashes = new byte[BATCH_BYTES];
    long left = (long) pageCount * HASH_SIZE;
    for (int page = 0; left > 0; page += BATCH_BYTES / HASH_SIZE) {
      int wanted = (int) Math.min(left, BATCH_BYTES);
      if (stored.readNBytes(hashes, 0, wanted) < wanted) {
        throw new BrokenStreamException("the page map ends early");
      }
      write(page, ByteBuffer.wrap(hashes, 0, wanted));
      left -= wanted;
    }
    if (stored.read() >= 0) {
      throw new BrokenStreamException("something follows the page map");
    }
  }

  /** Returns the number of pages. */
  int pageCount() {
    return pageCount;
  }

  /** Returns the bytes in a page. */
  public int pageSize() {
    return pageSize;
  }

  /** Makes this the map of another image, which is a private file. */
  public ChangedPages update(Path image, BooleanSupplier stopped) throws IOException {
    try (InputStream in = Files.newInputStream(image)) {
      return update(in, stopped);
    }
  }

  /**
   * Makes this the map of another image.
   *
   * @param image its bytes; stays open
   * @param stopped tells, now and then, whether nobody waits for it any more
   * @return the pages that are not those of the former image
   * @throws IOException if the image cannot be read, or is no whole number of pages
   */
  public ChangedPages update(InputStream image, BooleanSupplier stopped) throws IOException {
    int batch = BATCH_BYTES / pageSize;
    byte[] pages = new byte[batch * pageSize];
    byte[] hashes = new byte[batch * HASH_SIZE];
    byte[] former = new byte[batch * HASH_SIZE];
    BitSet changed = new BitSet();
    int page = 0;
    for (int count = image.readNBytes(pages, 0, pages.length);
        count > 0;
        count = image.readNBytes(pages, 0, pages.length)) {
      Stopped.check(stopped);
      if (count % pageSize != 0) {
        throw new BrokenStreamException("the image ends within a page");
      }
      int present = count / pageSize;
      hash(pages, present, hashes);
      int known = Math.max(0, Math.min(present, pageCount - page));
      read(page, ByteBuffer.wrap(former, 0, known * HASH_SIZE));
      if (mark(hashes, present, former, known, page, changed)) {
        write(page, ByteBuffer.wrap(hashes, 0, present * HASH_SIZE));
      }
      page += present;
    }
    setPageCount(page);
    return new ChangedPages(pageSize, page, changed);
  }

  private void hash(byte[] pages, int count, byte[] hashes) {
    var sha256 = DigestUtils.getSha256Digest();
    for (int index = 0; index < count; index++) {
      sha256.update(pages, index * pageSize, pageSize);
      System.arraycopy(sha256.digest(), 0, hashes, index * HASH_SIZE, HASH_SIZE);
    }
  }

  private static boolean mark(
      byte[] hashes, int present, byte[] former, int known, int page, BitSet changed) {
    boolean any = present > known;
    changed.set(page + known, page + present);
    for (int index = 0; index < known; index++) {
      int from = index * HASH_SIZE;
      int to = from + HASH_SIZE;
      if (!Arrays.equals(hashes, from, to, former, from, to)) {
        changed.set(page + index);
        any = true;
      }
    }
    return any;
  }

  /** Puts the hash of a page, counted from 0; the map may grow by it. */
  void put(int page, byte[] hash) throws IOException {
    write(page, ByteBuffer.wrap(hash));
  }

  /** Reads the hash of a page, counted from 0. */
  void get(int page, byte[] hash) throws IOException {
    read(page, ByteBuffer.wrap(hash));
  }

  /** Sets the number of pages, and writes the head. */
  void setPageCount(int count) throws IOException {
    pageCount = count;
    channel.truncate(offset(count));
    ByteBuffer head = ByteBuffer.allocate(HEAD_SIZE);
    head.put(MAGIC).putInt(pageSize).putInt(count).flip();
    writeFully(head, 0);
  }

  private static long offset(int page) {
    return HEAD_SIZE + (long) page * HASH_SIZE;
  }

  private void write(int page, ByteBuffer hashes) throws IOException {
    writeFully(hashes, offset(page));
  }

  private void writeFully(ByteBuffer bytes, long from) throws IOException {
    long at = from;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  private void read(int page, ByteBuffer hashes) throws IOException {
    long at = offset(page);
    while (hashes.hasRemaining()) {
      int count = channel.read(hashes, at);
      if (count < 0) {
        throw new EOFException("the page map was shortened");
      }
      at += count;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
