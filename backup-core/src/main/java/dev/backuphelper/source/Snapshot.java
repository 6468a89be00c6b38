package dev.backuphelper.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * One moment of a source, held still for copying. Used by one thread; closed soon, because holding
 * it may cost others.
 */
public interface Snapshot extends AutoCloseable {
  /** Returns the image's size in bytes, as far as it is known before copying. */
  long size();

  /** Returns what its source can do beyond the common contract, as it is now. */
  Set<SourceFeature> features();

  /** Returns the version of the engine that reads it. */
  String engineVersion();

  /**
   * Returns what cannot be read from the image itself, such as the journal mode of the live
   * database; values are those of JSON.
   */
  Map<String, Object> facts();

  /**
   * Writes the image to an empty private file and makes it durable.
   *
   * @throws IOException if reading or writing failed; the file's content is then undefined
   */
  void copyTo(Path file, Progress progress) throws IOException;

  /** Lets the moment go. */
  @Override
  void close() throws IOException;
}
