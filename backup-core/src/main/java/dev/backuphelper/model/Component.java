package dev.backuphelper.model;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One source's part of a backup, as its manifest records it.
 *
 * @param name the source's name within the backup
 * @param engine the kind of database, {@code sqlite}
 * @param engineVersion the version of the engine that made the image
 * @param source the absolute path that the source had when it was backed up
 * @param snapshotAt when the snapshot began
 * @param file the artifact's name in the store
 * @param size the artifact's size in bytes, as stored
 * @param sha256 the SHA-256 of the artifact as stored, lower-case hex
 * @param originalSize the size of the database image in bytes
 * @param originalSha256 the SHA-256 of the database image, lower-case hex; null while the backup is
 *     locked: encrypted, and not opened with its key
 * @param checks what was checked before publishing; empty while it is locked
 * @param facts what the engine records of the image; values are those of JSON (text, whole numbers
 *     as {@code Long}, booleans, lists, maps, null); empty while it is locked
 * @param delta what the artifact holds if that is only what changed since the backup's parent; null
 *     if it is the whole image
 * @param pageMap where the hashes of the image's pages are kept, for incremental backups to come;
 *     null if they are not
 */
public record Component(
    SourceName name,
    String engine,
    String engineVersion,
    String source,
    Instant snapshotAt,
    String file,
    long size,
    String sha256,
    long originalSize,
    @Nullable String originalSha256,
    List<Check> checks,
    Map<String, Object> facts,
    @Nullable Delta delta,
    @Nullable PageMapFile pageMap) {

  /** Copies the collections, so that a component never changes. */
  public Component {
    checks = List.copyOf(checks);
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /**
   * What changed since the backup's parent.
   *
   * @param size bytes of the delta before it was compressed or encrypted
   * @param pages pages that it holds
   */
  public record Delta(long size, long pages) {}

  /**
   * The hashes of an image's pages, as they are stored.
   *
   * @param file the name in the store
   * @param size in bytes
   * @param sha256 lower-case hex
   */
  public record PageMapFile(String file, long size, String sha256) {}

  /**
   * Returns the names of the files in the store: the artifact, and the page map if there is one.
   */
  public List<String> files() {
    return pageMap == null ? List.of(file) : List.of(file, pageMap.file());
  }

  /** Returns this component without what tells about the content. */
  public Component locked() {
    return new Component(
        name,
        engine,
        engineVersion,
        source,
        snapshotAt,
        file,
        size,
        sha256,
        originalSize,
        null,
        List.of(),
        Map.of(),
        delta,
        pageMap);
  }
}
