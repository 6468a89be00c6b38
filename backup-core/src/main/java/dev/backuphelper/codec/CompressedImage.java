package dev.backuphelper.codec;

import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.model.CompressionCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A plain file that somebody compressed. Untrusted: it is never inflated past a bound. Stateless.
 */
public final class CompressedImage {
  // The first bytes of a file, as one number.
  private static final int ZSTD_MAGIC = 0x28b52ffd;
  private static final int GZIP_MAGIC = 0x1f8b;

  // Deflate makes at most 258 bytes of two bits, zstd a block of 128 KiB of four bytes.
  private static final long BEST_GZIP_RATIO = 1032;
  private static final long BEST_ZSTD_RATIO = 1 << 15;

  private CompressedImage() {}

  /** Returns how a file that is no database is compressed, by its first bytes. */
  public static Optional<CompressionCodec> codec(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] magic = in.readNBytes(4);
      if (number(magic, 4) == ZSTD_MAGIC) {
        return Optional.of(CompressionCodec.ZSTD);
      }
      return number(magic, 2) == GZIP_MAGIC ? Optional.of(CompressionCodec.GZIP) : Optional.empty();
    }
  }

  private static int number(byte[] bytes, int count) {
    int number = 0;
    for (int index = 0; index < Math.min(count, bytes.length); index++) {
      number = (number << 8) | (bytes[index] & 0xff);
    }
    return number;
  }

  /** Returns how many bytes a compressed file of that size can hold at most. */
  public static long mostBytes(CompressionCodec codec, long size) {
    long ratio = codec == CompressionCodec.ZSTD ? BEST_ZSTD_RATIO : BEST_GZIP_RATIO;
    return Math.min(size, Long.MAX_VALUE / ratio) * ratio;
  }

  /**
   * Reads the first bytes of what a file holds.
   *
   * @throws BrokenStreamException if it is no sound file of its codec
   * @throws IOException if it cannot be read
   */
  public static byte[] head(Path file, CompressionCodec codec, int count) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        Decoder decoder = new Decoder(new DigestingInputStream(in), codec, null)) {
      return decoder.readNBytes(count);
    }
  }

  /**
   * Inflates a file into an empty private one and makes that durable.
   *
   * @param limit the most bytes to write
   * @return what was found; if something is wrong, the image is to be thrown away
   * @throws IOException if reading or writing failed
   */
  public static Inflated inflate(Path file, CompressionCodec codec, Path image, long limit)
      throws IOException {
    Inflated inflated;
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = Files.newOutputStream(image, StandardOpenOption.WRITE)) {
      inflated = CodecPipeline.decode(in, codec, null, out, limit);
    }
    PrivateFiles.sync(image);
    return inflated;
  }
}
