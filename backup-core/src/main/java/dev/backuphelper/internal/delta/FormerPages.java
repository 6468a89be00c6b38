package dev.backuphelper.internal.delta;

import java.io.Closeable;
import java.io.IOException;
import java.util.BitSet;

/** The pages of a former image. They are asked for in their order, once, by one thread. */
public interface FormerPages extends Closeable {
  /** Returns the bytes in a page. */
  int pageSize();

  /**
   * Compares some pages with the former ones.
   *
   * @param pages their bytes
   * @param first the number of the first, counted from 0
   * @param count how many they are
   * @param changed those that are not as they were are set
   * @throws FormerPagesException if the former ones cannot be had
   */
  void compare(byte[] pages, int first, int count, BitSet changed) throws IOException;
}
