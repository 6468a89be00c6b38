package dev.backuphelper.codec;

import dev.backuphelper.model.Compression;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Whatever is compressed with zstd, beside artifacts. Stateless. */
public final class ZstdStream {
  private ZstdStream() {}

  /**
   * Returns what inflates a stream: one that ends early, or is followed by what is none, fails.
   *
   * @throws CodecUnavailableException if zstd cannot be used here
   * @throws IOException if it cannot be read
   */
  public static InputStream reader(InputStream in) throws IOException {
    return ZstdLibrary.decoder(in);
  }

  /**
   * Returns what compresses a stream, always to the same bytes.
   *
   * @throws CodecUnavailableException if zstd cannot be used here
   * @throws IOException if it cannot be written
   */
  public static OutputStream writer(OutputStream out) throws IOException {
    // How threads share the work is not told by the input alone.
    return ZstdLibrary.encoder(out, Compression.zstd().withWorkers(0));
  }
}
