package dev.backuphelper.codec;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The way of the bytes between an image and its artifact, in one pass: digest of the plain bytes,
 * transformations, digest of the stored bytes. This version knows no transformation: an artifact is
 * the image itself, and both digests are one. Stateless and thread-safe.
 */
public final class CodecPipeline {
  // Large enough that a call costs nothing beside the hashing, small enough for the cache.
  private static final int BUFFER_SIZE = 1 << 16;

  private CodecPipeline() {}

  /** Reads a private file to its end and returns what it holds. */
  public static Digest digest(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return digest(in);
    }
  }

  /** Reads a stream to its end and returns what it held. The stream stays open. */
  public static Digest digest(InputStream in) throws IOException {
    MessageDigest sha256 = DigestUtils.getSha256Digest();
    byte[] buffer = new byte[BUFFER_SIZE];
    long size = 0;
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      sha256.update(buffer, 0, count);
      size += count;
    }
    return new Digest(size, Hex.encodeHexString(sha256.digest()));
  }

  /** Returns the digest of a document. */
  public static Digest digest(byte[] content) {
    return new Digest(content.length, DigestUtils.sha256Hex(content));
  }
}
