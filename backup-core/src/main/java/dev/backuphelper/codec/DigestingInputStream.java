package dev.backuphelper.codec;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;

/** Digests what is read through it, and remembers why it could not be read. Closes nothing. */
final class DigestingInputStream extends FilterInputStream {
  private final MessageDigest sha256 = DigestUtils.getSha256Digest();
  private long size;
  private @Nullable IOException failure;

  DigestingInputStream(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count;
    try {
      count = super.read(buffer, offset, length);
    } catch (IOException unreadable) {
      failure = unreadable;
      throw unreadable;
    }
    if (count > 0) {
      sha256.update(buffer, offset, count);
      size += count;
    }
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    return readNBytes((int) Math.min(count, 1 << 16)).length;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public void close() {
    // Whoever opened it goes on reading.
  }

  /** Throws again what kept bytes from being read, if something did. */
  void requireReadable() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  /** Reads to the end, and returns the digest of all that was read. */
  Digest toEnd() throws IOException {
    byte[] buffer = new byte[1 << 16];
    while (read(buffer, 0, buffer.length) >= 0) {
      // Only the digest is wanted.
    }
    return new Digest(size, Hex.encodeHexString(sha256.digest()));
  }
}
