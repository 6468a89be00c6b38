package dev.backuphelper.internal.delta;

import java.util.BitSet;

/**
 * Which pages of an image are not those of a former one.
 *
 * @param pageSize bytes in a page
 * @param pageCount pages of the image
 * @param pages the changed ones, counted from 0; not to be modified
 */
public record ChangedPages(int pageSize, int pageCount, BitSet pages) {
  /** Returns how many they are. */
  public int count() {
    return pages.cardinality();
  }
}
