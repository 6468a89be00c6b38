package dev.backuphelper.codec;

import dev.backuphelper.internal.io.PrivateFiles;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;

/** A plain file that somebody gzipped. Untrusted: it is never inflated past a bound. Stateless. */
public final class GzipImage {
  private static final int BUFFER_SIZE = 1 << 16;
  // Deflate makes at most 258 bytes of two bits.
  private static final long BEST_RATIO = 1032;

  private GzipImage() {}

  /** Tells whether a file that is no database begins like gzip. */
  public static boolean isGzip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] magic = in.readNBytes(2);
      return magic.length == 2 && (magic[0] & 0xff) == 0x1f && (magic[1] & 0xff) == 0x8b;
    }
  }

  /** Returns how many bytes a gzip file of that size can hold at most. */
  public static long mostBytes(Path gzip) throws IOException {
    return Math.min(Files.size(gzip), Long.MAX_VALUE / BEST_RATIO) * BEST_RATIO;
  }

  /**
   * Inflates a file into an empty private one and makes that durable.
   *
   * @param limit the most bytes to write
   * @return whether that was all; if not, the image is to be thrown away
   * @throws IOException if it is no sound gzip file, or writing failed
   */
  public static boolean inflate(Path gzip, Path image, long limit) throws IOException {
    try (InputStream in =
            new GZIPInputStream(
                new BufferedInputStream(Files.newInputStream(gzip), BUFFER_SIZE), BUFFER_SIZE);
        OutputStream out = Files.newOutputStream(image, StandardOpenOption.WRITE)) {
      byte[] buffer = new byte[BUFFER_SIZE];
      long total = 0;
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        total += count;
        if (total > limit) {
          return false;
        }
        out.write(buffer, 0, count);
      }
    }
    PrivateFiles.sync(image);
    return true;
  }
}
