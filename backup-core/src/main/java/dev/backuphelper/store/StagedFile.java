package dev.backuphelper.store;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A private file of a store that is not published: readable by its owner alone, and removed by
 * {@link #close()} unless it was published. A staged file whose process died is swept later.
 *
 * <p>Not thread-safe.
 */
public interface StagedFile extends AutoCloseable {
  /** Returns where the file lies, on the local file system. */
  Path path();

  /**
   * Gives the file its name in the store, durably: content and name survive a power cut once this
   * returns.
   *
   * @throws java.nio.file.FileAlreadyExistsException if that name is taken; nothing is overwritten
   * @throws IOException if it could not be made durable; then it is not published
   */
  void publish(String name) throws IOException;

  /** Removes the file and what a database engine left beside it, unless it was published. */
  @Override
  void close() throws IOException;
}
