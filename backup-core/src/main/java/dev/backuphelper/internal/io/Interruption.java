package dev.backuphelper.internal.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;

/**
 * Failures that say nothing of a file, because the thread that worked on it was told to stop.
 * Stateless.
 */
public final class Interruption {
  private Interruption() {}

  /** Tells whether a failure is one of these. */
  public static boolean is(IOException failure) {
    return failure instanceof ClosedByInterruptException
        || failure instanceof InterruptedIOException
        || failure instanceof FileLockInterruptionException;
  }
}
