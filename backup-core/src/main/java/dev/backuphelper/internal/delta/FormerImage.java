package dev.backuphelper.internal.delta;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The pages of an image that is read from its beginning to its end, and what deltas say of it. Used
 * by one thread.
 */
public final class FormerImage implements FormerPages, PageHashes {
  private final InputStream image;
  private final PageMap newer;
  private final BitSet isNewer = new BitSet();
  private int pageCount;
  private byte[] former = new byte[0];

  /**
   * Prepares the comparison.
   *
   * @param image the full image; closed with this
   * @param size of the image in bytes
   * @param file an empty private file
   */
  public FormerImage(InputStream image, long size, int pageSize, Path file) throws IOException {
    this.image = image;
    this.newer = PageMap.empty(file, pageSize);
    this.pageCount = (int) (size / pageSize);
  }

  @Override
  public int pageSize() {
    return newer.pageSize();
  }

  @Override
  public int pageCount() {
    return pageCount;
  }

  @Override
  public void put(int page, byte[] hash) throws IOException {
    newer.put(page, hash);
    isNewer.set(page);
  }

  @Override
  public void setPageCount(int count) throws IOException {
    pageCount = count;
    isNewer.clear(count, Math.max(count, isNewer.length()));
  }

  @Override
  public void compare(byte[] pages, int first, int count, BitSet changed) throws IOException {
    int read = read(count * pageSize());
    for (int index = 0; index < count; index++) {
      int page = first + index;
      boolean same =
          isNewer.get(page)
              ? newer.isSame(page, pages, index)
              : page < pageCount && isSame(pages, read, index * pageSize());
      if (!same) {
        changed.set(page);
      }
    }
  }

  private int read(int length) throws FormerPagesException {
    if (former.length < length) {
      former = new byte[length];
    }
    try {
      return image.readNBytes(former, 0, length);
    } catch (IOException unreadable) {
      throw new FormerPagesException(unreadable);
    }
  }

  private boolean isSame(byte[] pages, int read, int from) {
    int to = from + pageSize();
    return to <= read && Arrays.equals(pages, from, to, former, from, to);
  }

  @Override
  public void close() throws IOException {
    try (image) {
      newer.close();
    }
  }
}
