package dev.backuphelper.internal.engine;

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
 *
 * @param <T> what it finds
 */
final class BackgroundPass<T> implements AutoCloseable {
  private final CompletableFuture<T> result;
  private volatile boolean stopped;

  private BackgroundPass(Pass<T> pass) {
    result = CompletableFuture.supplyAsync(() -> run(pass));
  }

  /** What is done with the bytes. */
  interface Pass<T> {
    /**
     * Does it.
     *
     * @param stopped tells whether nobody waits for it any more
     */
    T run(BooleanSupplier stopped) throws IOException;
  }

  static <T> BackgroundPass<T> start(Pass<T> pass) {
    return new BackgroundPass<>(pass);
  }

  private T run(Pass<T> pass) {
    try {
      return pass.run(() -> stopped);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  T await() throws IOException {
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
