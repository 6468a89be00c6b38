package dev.backuphelper.codec;

import dev.backuphelper.model.CompressionCodec;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Undoes a codec. Tells bytes that are no sound stream from those that cannot be read. */
final class Decoder extends InputStream {
  private static final int BUFFER_SIZE = 1 << 16;

  private final DigestingInputStream stored;
  private final CompressionCodec codec;
  private final InputStream decoded;

  Decoder(DigestingInputStream stored, CompressionCodec codec) throws IOException {
    this.stored = stored;
    this.codec = codec;
    this.decoded = open();
  }

  private InputStream open() throws IOException {
    try {
      return codec == CompressionCodec.ZSTD
          ? ZstdLibrary.decoder(stored)
          : new GZIPInputStream(stored, BUFFER_SIZE);
    } catch (CodecUnavailableException unavailable) {
      throw unavailable;
    } catch (IOException broken) {
      throw broken(broken);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      return decoded.read(buffer, offset, length);
    } catch (IOException broken) {
      throw broken(broken);
    }
  }

  private IOException broken(IOException failure) throws IOException {
    stored.requireReadable();
    return new BrokenStreamException(
        "it cannot be inflated as %s: %s".formatted(codec.key(), failure.getMessage()), failure);
  }

  @Override
  public void close() throws IOException {
    decoded.close();
  }
}
