package dev.backuphelper.codec;

import dev.backuphelper.model.CompressionCodec;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Undoes encryption and compression. Tells bytes that are no sound stream from those that cannot be
 * read.
 */
final class Decoder extends InputStream {
  private static final int BUFFER_SIZE = 1 << 16;

  private final DigestingInputStream stored;
  private final @Nullable CompressionCodec codec;
  private final @Nullable Seal seal;
  private final InputStream decoded;

  Decoder(DigestingInputStream stored, @Nullable CompressionCodec codec, @Nullable Seal seal)
      throws IOException {
    this.stored = stored;
    this.codec = codec;
    this.seal = seal;
    this.decoded = open();
  }

  private InputStream open() throws IOException {
    try {
      InputStream decrypted = seal == null ? stored : seal.key().decrypt(stored, seal.name());
      if (codec == null) {
        return decrypted;
      }
      return codec == CompressionCodec.ZSTD
          ? ZstdLibrary.decoder(decrypted)
          : new GZIPInputStream(decrypted, BUFFER_SIZE);
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
    if (seal != null) {
      // What the cipher says of it tells nobody anything.
      return new BrokenStreamException(
          "it cannot be decrypted: it was changed or cut off, or is part of another backup",
          failure);
    }
    String reason = failure instanceof EOFException ? "it is cut off" : failure.getMessage();
    String name = codec == null ? "is" : codec.key();
    return new BrokenStreamException(
        "it cannot be inflated as %s: %s".formatted(name, reason), failure);
  }

  @Override
  public void close() throws IOException {
    decoded.close();
  }
}
