package dev.backuphelper.store;

import java.io.IOException;

/** A held lock of a store; released by {@link #close()} and when its process dies. */
public interface StoreLock extends AutoCloseable {
  /** Releases the lock; a second call does nothing. */
  @Override
  void close() throws IOException;
}
