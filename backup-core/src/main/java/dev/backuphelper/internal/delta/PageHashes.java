package dev.backuphelper.internal.delta;

import java.io.IOException;

/** Takes what a delta says of the pages of the image after it. */
public interface PageHashes {
  /** Returns the bytes in a page. */
  int pageSize();

  /** Returns the number of pages before. */
  int pageCount();

  /** Puts the hash of a page, counted from 0; there may be more pages by it. */
  void put(int page, byte[] hash) throws IOException;

  /** Sets the number of pages after. */
  void setPageCount(int count) throws IOException;
}
