package dev.backuphelper.encryption;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Makes the JVM compile the cipher, once for each direction and in a thread of its own: what is not
 * compiled runs at a fiftieth of the speed. The JVM counts calls, not bytes. A backup makes one
 * call for each 64 KiB, and would take seconds to get there; many small ones take a fraction of
 * one, while the database is still being copied. Thread-safe.
 */
final class CipherWarmUp {
  /** Compiles what encrypts. */
  static final CipherWarmUp ENCRYPTING = new CipherWarmUp(CipherWarmUp::encrypt);

  /** Compiles what decrypts. */
  static final CipherWarmUp DECRYPTING = new CipherWarmUp(CipherWarmUp::decrypt);

  private static final int SEGMENT_BYTES = 512;

  // Twice as many calls as the JVM wants to see before it compiles with all it can.
  private static final int SEGMENTS = 10_000;

  // What is small is over before this, and is not disturbed.
  private static final long PAUSE_MILLIS = 200;

  private final Work work;
  private final AtomicBoolean begun = new AtomicBoolean();

  private CipherWarmUp(Work work) {
    this.work = work;
  }

  /** Uses a cipher many times. */
  private interface Work {
    void use(SegmentedKey key) throws IOException;
  }

  /** Begins; does nothing if it was begun before. */
  void begin() {
    if (begun.compareAndSet(false, true)) {
      Thread thread = new Thread(this::runLater, "backuphelper-cipher-warm-up");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void runLater() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      run();
    } catch (IOException | InterruptedException notDone) {
      // Whoever needs the cipher meets what is wrong with it too, and says so.
    }
  }

  /** Does it here and now. */
  void run() throws IOException {
    byte[] random = new byte[SegmentedKey.KEY_BYTES];
    new SecureRandom().nextBytes(random);
    work.use(new SegmentedKey(random, new byte[0], SEGMENT_BYTES));
  }

  private static byte[] encrypt(SegmentedKey key) throws IOException {
    ByteArrayOutputStream stored = new ByteArrayOutputStream(SEGMENTS * SEGMENT_BYTES);
    byte[] zeros = new byte[SEGMENT_BYTES];
    try (OutputStream out = key.encrypt(stored, "")) {
      for (int segment = 1; segment < SEGMENTS; segment++) {
        out.write(zeros);
      }
    }
    return stored.toByteArray();
  }

  private static void decrypt(SegmentedKey key) throws IOException {
    try (InputStream in = key.decrypt(new ByteArrayInputStream(encrypt(key)), "")) {
      in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
