package dev.backuphelper.internal.io;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Forces a private file to disk while another writes it, over and over, so that the writer does not
 * have to wait for all of it at its end. It makes nothing durable by itself: the writer's own sync
 * does. Never used on a live database, whose locks it would drop.
 */
public final class Writeback implements AutoCloseable {
  /** Below this many bytes the last sync is over sooner than a thread has started. */
  private static final long WORTH_A_THREAD = 32L << 20;

  private static final long PAUSE_MILLIS = 20;

  private final CountDownLatch closed = new CountDownLatch(1);
  private final @Nullable Thread thread;
  private @Nullable IOException failure;

  private Writeback(Path file, long size) throws IOException {
    if (size < WORTH_A_THREAD) {
      thread = null;
      return;
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    thread = new Thread(() -> forceUntilClosed(channel), "backuphelper-writeback");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Begins.
   *
   * @param file a private file, which exists
   * @param size how many bytes it is going to have; for a small file nothing is done
   */
  public static Writeback of(Path file, long size) throws IOException {
    return new Writeback(file, size);
  }

  private void forceUntilClosed(FileChannel channel) {
    try (channel) {
      do {
        channel.force(false);
      } while (!closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ends, and waits until the file is no longer in use here.
   *
   * @throws IOException if the disk failed meanwhile: the kernel may tell nobody else of it
   */
  @Override
  public void close() throws IOException {
    if (thread == null) {
      return;
    }
    closed.countDown();
    Uninterruptibles.joinUninterruptibly(thread);
    if (failure != null) {
      throw failure;
    }
  }
}
