package dev.backuphelper.codec;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.security.MessageDigest;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Digests bytes in a thread of its own, while the one that brings them does something else with
 * them. At most one piece is under way. Used by one thread.
 */
final class BackgroundDigest implements AutoCloseable {
  private static final ThreadFactory THREADS =
      new ThreadFactoryBuilder().setNameFormat("backuphelper-digest").setDaemon(true).build();

  private final ExecutorService thread = Executors.newSingleThreadExecutor(THREADS);
  private final MessageDigest sha256 = DigestUtils.getSha256Digest();
  private Future<?> piece = Futures.immediateVoidFuture();
  private long size;

  /** Goes on with a piece, which must not be changed before the next call of any method is over. */
  void update(byte[] buffer, int length) {
    Futures.getUnchecked(piece);
    piece = thread.submit(() -> sha256.update(buffer, 0, length));
    size += length;
  }

  /** Returns the digest; nothing may come any more. */
  Digest digest() {
    Futures.getUnchecked(piece);
    return new Digest(size, Hex.encodeHexString(sha256.digest()));
  }

  /** Ends the thread, after the piece that is under way. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
