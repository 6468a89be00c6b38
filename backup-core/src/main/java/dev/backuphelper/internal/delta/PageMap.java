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

/**
 * The SHA-256 of every page of an image, in a private file, so that no memory is needed for it.
 * Used by one thread at a time.
 *
 * <p>The file is as a store keeps it: a head of 16 bytes (the magic, the page size and the number
 * of pages, the most significant byte first), then the hashes in the order of the pages.
 */
public final class PageMap implements FormerPages, PageHashes {
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

  /** Returns a map without pages, in an empty private file. */
  static PageMap empty(Path file, int pageSize) throws IOException {
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
   * Writes the map of an image.
   *
   * @param image a private file of whole pages
   * @param file an empty private file
   */
  public static void write(Path image, int pageSize, Path file) throws IOException {
    int batch = BATCH_BYTES / pageSize;
    byte[] pages = new byte[batch * pageSize];
    byte[] hashes = new byte[batch * PageHash.SIZE];
    PageHash hash = new PageHash(pageSize);
    try (PageMap map = empty(file, pageSize);
        InputStream in = Files.newInputStream(image)) {
      int page = 0;
      for (int count = in.readNBytes(pages, 0, pages.length) / pageSize;
          count > 0;
          count = in.readNBytes(pages, 0, pages.length) / pageSize) {
        for (int index = 0; index < count; index++) {
          hash.put(pages, index, hashes, index);
        }
        map.write(page, ByteBuffer.wrap(hashes, 0, count * PageHash.SIZE));
        page += count;
      }
      map.setPageCount(page);
    }
  }

  /**
   * Copies a map from where it is stored.
   *
   * @param stored stays open
   * @param pageSize of the image
   * @param file an empty private file
   * @throws BrokenStreamException if it is no map, or one of other pages
   */
  public static PageMap read(InputStream stored, int pageSize, Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, READ, WRITE);
    try {
      byte[] head = stored.readNBytes(HEAD_SIZE);
      if (head.length < HEAD_SIZE || !Arrays.equals(MAGIC, Arrays.copyOf(head, MAGIC.length))) {
        throw new BrokenStreamException("it is no page map");
      }
      ByteBuffer fields = ByteBuffer.wrap(head).position(MAGIC.length);
      PageMap map = new PageMap(channel, fields.getInt(), fields.getInt());
      if (map.pageSize != pageSize || map.pageCount < 0) {
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
    long left = (long) pageCount * PageHash.SIZE;
    for (int page = 0; left > 0; page += BATCH_BYTES / PageHash.SIZE) {
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

  @Override
  public int pageSize() {
    return pageSize;
  }

  @Override
  public int pageCount() {
    return pageCount;
  }

  @Override
  public void put(int page, byte[] hash) throws IOException {
    write(page, ByteBuffer.wrap(hash));
  }

  @Override
  public void setPageCount(int count) throws IOException {
    pageCount = count;
    channel.truncate(offset(count));
    ByteBuffer head = ByteBuffer.allocate(HEAD_SIZE);
    head.put(MAGIC).putInt(pageSize).putInt(count).flip();
    writeFully(head, 0);
  }

  @Override
  public void compare(byte[] pages, int first, int count, BitSet changed) throws IOException {
    int known = Math.max(0, Math.min(count, pageCount - first));
    byte[] former = new byte[known * PageHash.SIZE];
    read(first, ByteBuffer.wrap(former));
    PageHash hash = new PageHash(pageSize);
    for (int index = 0; index < count; index++) {
      if (index >= known || !isSame(hash, pages, index, former)) {
        changed.set(first + index);
      }
    }
  }

  /** Tells whether one of some pages is the one of that number whose hash was put here. */
  boolean isSame(int number, byte[] pages, int index) throws IOException {
    byte[] former = new byte[PageHash.SIZE];
    byte[] found = new byte[PageHash.SIZE];
    read(number, ByteBuffer.wrap(former));
    new PageHash(pageSize).put(pages, index, found, 0);
    return Arrays.equals(found, former);
  }

  private static boolean isSame(PageHash hash, byte[] pages, int index, byte[] former) {
    byte[] found = new byte[PageHash.SIZE];
    hash.put(pages, index, found, 0);
    int from = index * PageHash.SIZE;
    return Arrays.equals(found, 0, PageHash.SIZE, former, from, from + PageHash.SIZE);
  }

  private static long offset(int page) {
    return HEAD_SIZE + (long) page * PageHash.SIZE;
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
