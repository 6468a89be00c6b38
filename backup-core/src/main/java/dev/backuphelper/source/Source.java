package dev.backuphelper.source;

import dev.backuphelper.model.CheckLevel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One thing to back up, and the engine that understands it. Implementations are immutable and
 * thread-safe.
 */
public interface Source {
  /** Returns the kind of database, as manifests record it: {@code sqlite}. */
  String engine();

  /**
   * Returns the absolute path that manifests record, links resolved.
   *
   * @throws java.nio.file.NoSuchFileException if the source is missing
   * @throws IOException if it cannot be found out, or the path is no database's (a folder, say)
   */
  Path location() throws IOException;

  /**
   * Begins a snapshot: everything committed before this call is in it, nothing committed after it
   * returns.
   *
   * @param patience how long to wait for others that lock the database
   * @throws java.nio.file.NoSuchFileException if the source is missing
   * @throws SourceUnreadableException if it is no database, or too broken to be read
   * @throws SourceBusyException if it stayed locked
   * @throws IOException if reading failed otherwise
   */
  Snapshot open(Duration patience) throws IOException;

  /**
   * Examines a private image that a snapshot wrote. Leaves nothing beside it.
   *
   * @param level how thorough to be; {@link CheckLevel#NONE} collects facts alone
   * @throws IOException if the image cannot be read at all; damage is no exception but a failed
   *     check
   */
  Inspection inspect(Path image, CheckLevel level) throws IOException;

  /**
   * Returns the size that an image declares in its first bytes, so that a compressed one need not
   * be inflated past it.
   *
   * @param head the image's first 100 bytes, or all if it has fewer
   * @return the size in bytes; empty if the bytes declare none that can be relied on
   * @throws SourceUnreadableException if they begin no image of this engine
   */
  OptionalLong declaredSize(byte[] head) throws SourceUnreadableException;

  /**
   * Returns the size of the pages of a private image, if two snapshots of one source have the same
   * bytes in each page that nobody changed in between. Then what changed can be stored alone.
   *
   * @return the size in bytes; empty if the images of this engine are not like that
   * @throws IOException if the image cannot be read
   */
  default OptionalInt pageSize(Path image) throws IOException {
    return OptionalInt.empty();
  }

  /**
   * Tells whether two private images hold the same content, but for bytes that differ legitimately
   * between a database and its copy.
   *
   * @throws IOException if one cannot be read
   */
  boolean sameImage(Path one, Path other) throws IOException;

  /**
   * Compares two private images table by table.
   *
   * @throws IOException if one cannot be read
   */
  List<TableDifference> compare(Path backup, Path live) throws IOException;

  /**
   * Returns the same engine, with the same settings, working on another file that need not exist.
   */
  Source at(Path location);

  /**
   * Returns the place to restore into, which is the file at this source's path. It need not exist;
   * its folder must.
   *
   * @throws IOException if the path can be no target: a folder, or a file with several hard links
   */
  Target target() throws IOException;
}
