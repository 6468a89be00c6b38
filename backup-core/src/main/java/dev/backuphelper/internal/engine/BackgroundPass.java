package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.Digests;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;

/**
 * A pass over the bytes of an image, in a thread of its own. The image may be removed once this is
 * closed, so nobody reads it any more then.
 */
final class BackgroundPass implements AutoCloseable {
  private final CompletableFuture<Digests> result;
  private volatile boolean stopped;

  private BackgroundPass(Pass pass) {
    result = CompletableFuture.supplyAsync(() -> run(pass));
  }

  /** What is done with the bytes. */
  interface Pass {
    /**
     * Does it.
     *
     * @param stopped tells whether nobody waits for it any more
     */
    Digests run(BooleanSupplier stopped) throws IOException;
  }

  static BackgroundPass start(Pass pass) {
    return new BackgroundPass(pass);
  }

  private Digests run(Pass pass) {
    try {
      return pass.run(() -> stopped);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  Digests await() throws IOException {
    try {
      return result.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading");
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof UncheckedIOException unreadable) {
        throw unreadable.getCause();
      }
      throw new IllegalStateException(failure);
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      result.join();
    } catch (CompletionException known) {
      // Whoever needed the result was told.
    }
  }
}
