package dev.backuphelper.internal.delta;

import java.security.DigestException;
import java.security.MessageDigest;
import org.apache.commons.codec.digest.DigestUtils;

/** The SHA-256 of pages. Used by one thread. */
final class PageHash {
  /** Bytes of a hash. */
  static final int SIZE = 32;

  private final MessageDigest sha256 = DigestUtils.getSha256Digest();
  private final int pageSize;

  PageHash(int pageSize) {
    this.pageSize = pageSize;
  }

  /** Puts the hash of one of some pages to its place among some hashes. */
  void put(byte[] pages, int index, byte[] hashes, int place) {
    sha256.update(pages, index * pageSize, pageSize);
    try {
      sha256.digest(hashes, place * SIZE, SIZE);
    } catch (DigestException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
