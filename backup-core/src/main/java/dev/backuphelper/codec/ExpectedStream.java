package dev.backuphelper.codec;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * A stored file whose size and digest are known. It ends only where both are as expected; what goes
 * on longer is not read. Not thread-safe.
 */
public final class ExpectedStream extends InputStream {
  private final DigestingInputStream in;
  private final String name;
  private final Digest expected;
  private long left;
  private boolean ended;

  /**
   * Creates the stream.
   *
   * @param in the bytes; closed by whoever opened them
   * @param name what the file is called in messages
   * @param expected what its manifest says of it
   */
  public ExpectedStream(InputStream in, String name, Digest expected) {
    this.in = new DigestingInputStream(in);
    this.name = name;
    this.expected = expected;
    this.left = expected.size();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  /**
   * Reads some bytes.
   *
   * @throws BrokenStreamException if the file is not the expected one
   */
  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (length == 0) {
      return 0;
    }
    if (left == 0) {
      requireEnd();
      return -1;
    }
    int count = in.read(buffer, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw broken("%s ends %d bytes early".formatted(name, left));
    }
    left -= count;
    return count;
  }

  private void requireEnd() throws IOException {
    if (ended) {
      return;
    }
    // Asked before the digest is taken, which would go on to the end of whatever follows.
    if (in.read() >= 0) {
      throw broken("%s is longer than %d bytes".formatted(name, expected.size()));
    }
    if (!in.toEnd().sha256().equals(expected.sha256())) {
      throw broken("the SHA-256 of %s is not the one in the manifest".formatted(name));
    }
    ended = true;
  }

  private static BrokenStreamException broken(String problem) {
    return new BrokenStreamException(problem);
  }
}
