package dev.backuphelper.model;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The immutable description of a backup. A backup exists if and only if its manifest exists in the
 * store.
 *
 * @param id the backup's id
 * @param date the clock's reading when the id was reserved; earlier than the id if the clock stood
 *     behind the store's newest id
 * @param kind why the backup was made
 * @param type what it holds
 * @param parent the backup that an incremental or differential one builds on; null for a full one
 * @param group the set of sources
 * @param operation what a safety backup protects from, such as a migration's name; null otherwise
 * @param description free text of the maker; null when none was given
 * @param tags the maker's labels
 * @param origin where and by whom it was made
 * @param compression the codec's name; null when stored as is
 * @param encryption what encrypts the artifacts, and what tells about their content; null when
 *     nothing does
 * @param damaged whether a source failed its own checks: kept as the best there is, never verified
 * @param durationMillis how long making it took, in milliseconds
 * @param components its sources' parts, at least one, ordered by name
 */
public record Manifest(
    BackupId id,
    Instant date,
    BackupKind kind,
    BackupType type,
    @Nullable BackupId parent,
    GroupId group,
    @Nullable String operation,
    @Nullable String description,
    Map<String, String> tags,
    Origin origin,
    @Nullable String compression,
    @Nullable Encryption encryption,
    boolean damaged,
    long durationMillis,
    List<Component> components) {

  /**
   * The operation of a safety backup that holds what a failed migration left: kept, so that nothing
   * is lost, but nobody's last good backup.
   */
  public static final String FAILED_MIGRATION = "failed_migration";

  /** The newest format that this version writes and reads. */
  public static final int FORMAT = 1;

  /** Copies the collections, so that a manifest never changes. */
  public Manifest {
    tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
    components = List.copyOf(components);
  }

  /**
   * Where and by whom a backup was made.
   *
   * @param createdBy the actor that the request named; null when it named none
   * @param hostname the machine
   * @param user the operating system's user
   * @param gitCommit the commit checked out where the command line ran; null elsewhere
   * @param gitBranch the branch checked out where the command line ran; null elsewhere
   * @param tool the library and its version
   */
  public record Origin(
      @Nullable String createdBy,
      String hostname,
      String user,
      @Nullable String gitCommit,
      @Nullable String gitBranch,
      String tool) {}

  /**
   * How a backup is encrypted.
   *
   * @param cipher what with
   * @param section the encrypted section, Base64: what tells about the content of the components,
   *     and once more what the manifest says in the clear
   */
  public record Encryption(String cipher, String section) {}

  /** Tells whether the artifacts are encrypted. */
  public boolean encrypted() {
    return encryption != null;
  }

  /** Returns the same backup with other components. */
  public Manifest with(List<Component> others) {
    return new Manifest(
        id,
        date,
        kind,
        type,
        parent,
        group,
        operation,
        description,
        tags,
        origin,
        compression,
        encryption,
        damaged,
        durationMillis,
        others);
  }

  /** Returns the same backup, encrypted in some way. */
  public Manifest with(Encryption other) {
    return new Manifest(
        id,
        date,
        kind,
        type,
        parent,
        group,
        operation,
        description,
        tags,
        origin,
        compression,
        other,
        damaged,
        durationMillis,
        components);
  }

  /** Returns the stored bytes of all artifacts together. */
  public long size() {
    return components.stream().mapToLong(Component::size).sum();
  }

  /** Returns the part of the source with that name, if there is one. */
  public Optional<Component> component(SourceName name) {
    return components.stream().filter(c -> c.name().equals(name)).findFirst();
  }
}
