package dev.backuphelper.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * The bytes of a gzip stream, of which no more than a bounded number may be its header: the library
 * keeps the name and the comment in it, whose ends nothing announces. Used by one thread.
 */
final class GzipInput extends FilterInputStream {
  private static final int LONGEST_HEADER = 1 << 16;

  private int left = LONGEST_HEADER;
  private boolean inHeader = true;

  private GzipInput(InputStream in) {
    super(in);
  }

  /**
   * Returns what inflates, once it has read the header.
   *
   * @param in supports marks, so that nothing after the end is taken from it
   */
  static InputStream inflate(InputStream in) throws IOException {
    GzipInput bounded = new GzipInput(in);
    InputStream inflated = new GzipCompressorInputStream(bounded);
    bounded.inHeader = false;
    return inflated;
  }

  @Override
  public int read() throws IOException {
    int one = super.read();
    count(one < 0 ? 0 : 1);
    return one;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = super.read(buffer, offset, length);
    count(Math.max(count, 0));
    return count;
  }

  private void count(int bytes) throws IOException {
    if (inHeader) {
      left -= bytes;
      if (left < 0) {
        throw new IOException("its header has more than %d bytes".formatted(LONGEST_HEADER));
      }
    }
  }
}
