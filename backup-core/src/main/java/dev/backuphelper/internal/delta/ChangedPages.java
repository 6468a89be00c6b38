package dev.backuphelper.internal.delta;

import dev.backuphelper.codec.BrokenStreamException;
import dev.backuphelper.codec.CodecPipeline;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.function.BooleanSupplier;

/**
 * Which pages of an image are not those of a former one.
 *
 * @param pageSize bytes in a page
 * @param pageCount pages of the image
 * @param pages the changed ones, counted from 0; not to be modified
 */
public record ChangedPages(int pageSize, int pageCount, BitSet pages) {
  // The largest page at least; what is larger leaves the caches of the processor.
  private static final int BATCH_BYTES = 1 << 19;

  /**
   * Compares an image with a former one.
   *
   * @param image a private file
   * @param seen takes the bytes of the image; a piece does not change before the next but one
   * @param stopped tells, now and then, whether nobody waits for it any more
   * @throws FormerPagesException if the former one cannot be had
   * @throws IOException if the image cannot be read, or is no whole number of pages
   */
  public static ChangedPages of(
      Path image, FormerPages former, CodecPipeline.Pieces seen, BooleanSupplier stopped)
      throws IOException {
    int pageSize = former.pageSize();
    byte[] pages = new byte[BATCH_BYTES];
    byte[] others = new byte[BATCH_BYTES];
    BitSet changed = new BitSet();
    int page = 0;
    try (InputStream in = Files.newInputStream(image)) {
      for (int read = in.readNBytes(pages, 0, pages.length);
          read > 0;
          read = in.readNBytes(pages, 0, pages.length)) {
        if (stopped.getAsBoolean()) {
          throw new InterruptedIOException("stopped while reading");
        }
        if (read % pageSize != 0) {
          throw new BrokenStreamException("the image ends within a page");
        }
        seen.accept(pages, read);
        former.compare(pages, page, read / pageSize, changed);
        page += read / pageSize;
        byte[] given = pages;
        pages = others;
        others = given;
      }
    }
    return new ChangedPages(pageSize, page, changed);
  }

  /** Returns how many they are. */
  public int count() {
    return pages.cardinality();
  }
}
