package dev.backuphelper.store;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;

/**
 * The files of a backup, one after another: as they lie in a store, or in an archive that was made
 * of them. The order is that of {@link dev.backuphelper.BackupHelper#export}. Used by one thread.
 */
public interface FileSequence extends AutoCloseable {
  /**
   * One file.
   *
   * @param name its name in a store. Of an archive that came from elsewhere it is whatever stands
   *     there
   * @param size its size in bytes
   * @param modified when it was last changed
   * @param content what is in it: {@code size} bytes, or an {@link IOException} if they cannot be
   *     had. Can be read until the next file is asked for
   */
  record Entry(String name, long size, Instant modified, InputStream content) {}

  /** Returns where the files come from, in words for people; never holds a secret. */
  String location();

  /**
   * Returns the next file; empty when there is none, and what is said of the whole was found true.
   *
   * @throws dev.backuphelper.codec.BrokenStreamException if these are no sound files
   * @throws IOException if they cannot be read
   */
  Optional<Entry> next() throws IOException;

  @Override
  void close() throws IOException;
}
