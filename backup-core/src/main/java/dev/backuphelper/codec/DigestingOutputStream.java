package dev.backuphelper.codec;

import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/** Digests what is written through it. Closes nothing. */
final class DigestingOutputStream extends OutputStream {
  private final OutputStream out;
  private final MessageDigest sha256 = DigestUtils.getSha256Digest();
  private long size;

  DigestingOutputStream(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    out.write(buffer, offset, length);
    sha256.update(buffer, offset, length);
    size += length;
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  long size() {
    return size;
  }

  /** Returns the digest; nothing may be written any more. */
  Digest digest() {
    return new Digest(size, Hex.encodeHexString(sha256.digest()));
  }
}
