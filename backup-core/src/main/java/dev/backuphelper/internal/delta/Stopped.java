package dev.backuphelper.internal.delta;

import java.io.InterruptedIOException;
import java.util.function.BooleanSupplier;

/** Ends a long pass over an image that nobody waits for any more. Stateless. */
final class Stopped {
  private Stopped() {}

  static void check(BooleanSupplier stopped) throws InterruptedIOException {
    if (stopped.getAsBoolean()) {
      throw new InterruptedIOException("stopped while reading");
    }
  }
}
