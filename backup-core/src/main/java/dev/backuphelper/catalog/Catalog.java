package dev.backuphelper.catalog;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.DataKey;
import dev.backuphelper.codec.Encryption;
import dev.backuphelper.internal.io.Interruption;
import dev.backuphelper.internal.io.JsonObject;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Manifest;
import dev.backuphelper.model.Verification;
import dev.backuphelper.report.Listing;
import dev.backuphelper.store.Store;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The manifests of a store. Thread-safe; holds no state, so that it always tells what the store
 * holds now.
 */
public final class Catalog {
  /** Why a manifest cannot be used that this user may not read. */
  public static final String ACCESS_DENIED = "access denied";

  static final int DOCUMENT_LIMIT = 16 << 20;
  static final int CHECKS_LIMIT = 1 << 20;

  private final Store store;

  /** Creates the catalog of a store. */
  public Catalog(Store store) {
    this.store = store;
  }

  /** Returns every backup, newest first, and every manifest that cannot be used. */
  public Listing list() throws IOException {
    Set<String> names = new HashSet<>(store.list());
    List<Backup> backups = Collections.synchronizedList(new ArrayList<>());
    List<Listing.Unreadable> unreadable = Collections.synchronizedList(new ArrayList<>());
    try {
      names.parallelStream()
          .filter(StoreNames::isManifest)
          .forEach(name -> read(name, names, backups, unreadable));
    } catch (UncheckedIOException interrupted) {
      throw interrupted.getCause();
    }
    return new Listing(
        backups.stream().sorted(Comparator.comparing(Backup::id).reversed()).toList(),
        unreadable.stream().sorted(Comparator.comparing(Listing.Unreadable::file)).toList());
  }

  private void read(
      String name,
      Set<String> names,
      Collection<Backup> backups,
      Collection<Listing.Unreadable> unreadable) {
    try {
      Optional<BackupId> id = StoreNames.manifestId(name);
      if (id.isEmpty()) {
        unreadable.add(new Listing.Unreadable(name, "its name holds no backup id"));
        return;
      }
      Manifest manifest = ManifestCodec.read(id.get(), store.read(name, DOCUMENT_LIMIT));
      boolean checked = names.contains(StoreNames.checks(id.get()));
      backups.add(
          new Backup(
              manifest,
              names.contains(StoreNames.pin(id.get())),
              checked ? readChecks(id.get()) : Optional.empty()));
    } catch (NoSuchFileException removedMeanwhile) {
      // A backup that is removed while the store is listed is not there.
    } catch (IOException failure) {
      if (Interruption.is(failure)) {
        throw new UncheckedIOException(failure);
      }
      unreadable.add(new Listing.Unreadable(name, reason(failure)));
    }
  }

  private static String reason(IOException failure) {
    if (failure instanceof AccessDeniedException) {
      return ACCESS_DENIED;
    }
    if (failure instanceof FileSystemException problem && problem.getReason() == null) {
      // Its message is the path alone.
      return failure.getClass().getSimpleName();
    }
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  /**
   * Returns a backup; empty if the store has no manifest of that id.
   *
   * @throws IOException if its manifest cannot be used
   */
  public Optional<Backup> find(BackupId id) throws IOException {
    try {
      Manifest manifest =
          ManifestCodec.read(id, store.read(StoreNames.manifest(id), DOCUMENT_LIMIT));
      return Optional.of(new Backup(manifest, isPinned(id), readChecks(id)));
    } catch (NoSuchFileException missing) {
      return Optional.empty();
    }
  }

  /** Tells whether the store has a manifest of that id, be it unreadable. */
  public boolean exists(BackupId id) throws IOException {
    return exists(StoreNames.manifest(id));
  }

  /**
   * Checks a manifest against its checksum file.
   *
   * @return what is wrong; empty when nothing is
   * @throws IOException if the manifest itself cannot be read, or this user may read neither
   */
  public Optional<String> manifestProblem(BackupId id) throws IOException {
    String name = StoreNames.manifest(id);
    return checksumProblem(name, CodecPipeline.digest(store.read(name, DOCUMENT_LIMIT)).sha256());
  }

  /**
   * Checks the checksum file of a file.
   *
   * @return what is wrong; empty when it names the file and the digest
   * @throws IOException if this user may not read it, or this was interrupted
   */
  public Optional<String> checksumProblem(String file, String sha256) throws IOException {
    String name = StoreNames.checksum(file);
    try {
      String content = new String(store.read(name, CHECKS_LIMIT), StandardCharsets.UTF_8);
      return content.equals(checksumLine(file, sha256))
          ? Optional.empty()
          : Optional.of(name + " does not match " + file);
    } catch (NoSuchFileException missing) {
      return Optional.of(name + " is missing");
    } catch (AccessDeniedException denied) {
      // That says nothing of what it would tell.
      throw denied;
    } catch (IOException unreadable) {
      if (Interruption.is(unreadable)) {
        throw unreadable;
      }
      return Optional.of(name + " cannot be read: " + reason(unreadable));
    }
  }

  /** Writes the checksum file of a file, in the form that {@code sha256sum -c} reads. */
  public void putChecksum(String file, String sha256) throws IOException {
    store.put(StoreNames.checksum(file), checksum(file, sha256));
  }

  /** Returns the content of the checksum file of a file. */
  public static byte[] checksum(String file, String sha256) {
    return checksumLine(file, sha256).getBytes(StandardCharsets.UTF_8);
  }

  private static String checksumLine(String file, String sha256) {
    return sha256 + "  " + file + "\n";
  }

  /**
   * Encrypts what tells about the content in a manifest, and authenticates the rest.
   *
   * @param manifest the whole of it, which is changed no more after this
   * @return the same with its encrypted section
   */
  public Manifest seal(Manifest manifest, DataKey key) throws IOException {
    ByteArrayOutputStream section = new ByteArrayOutputStream();
    try (OutputStream out = key.encrypt(section, StoreNames.manifest(manifest.id()))) {
      out.write(EncryptedSection.write(manifest));
    }
    return manifest.with(
        new Manifest.Encryption(
            Encryption.CIPHER, Base64.getEncoder().encodeToString(section.toByteArray())));
  }

  /**
   * Opens an encrypted backup.
   *
   * @return the same with what its encrypted section tells of the components
   * @throws MalformedDocumentException if that section, or what stands in the clear beside it, is
   *     not what was written
   */
  public Backup unlock(Backup locked, DataKey key) throws MalformedDocumentException {
    Manifest manifest = locked.manifest();
    String section = Objects.requireNonNull(manifest.encryption(), "encryption").section();
    byte[] content;
    try (InputStream in =
        key.decrypt(
            new ByteArrayInputStream(Base64.getDecoder().decode(section)),
            StoreNames.manifest(locked.id()))) {
      content = in.readAllBytes();
    } catch (IOException | IllegalArgumentException tampered) {
      throw new MalformedDocumentException(
          "its encrypted section cannot be decrypted: " + tampered.getMessage(), tampered);
    }
    List<Component> components = EncryptedSection.read(manifest, content);
    return new Backup(manifest.with(components), locked.pinned(), locked.verification());
  }

  /** Writes the wrapped key of a backup, replacing the former one. */
  public void putKeys(BackupId id, byte[] document) throws IOException {
    store.put(StoreNames.keys(id), document);
  }

  /** Returns the backups that have a wrapped key, be their manifests unreadable; oldest first. */
  public List<BackupId> withKeys() throws IOException {
    return store.list().stream()
        .flatMap(name -> StoreNames.keysId(name).stream())
        .sorted()
        .toList();
  }

  /** Returns the wrapped key of a backup. */
  public byte[] keys(BackupId id) throws IOException {
    return store.read(StoreNames.keys(id), CHECKS_LIMIT);
  }

  /**
   * Publishes a backup whose artifacts are in place: from here on it exists. What tells about the
   * content of an encrypted one is written in its encrypted section alone.
   */
  public void publish(Manifest manifest) throws IOException {
    byte[] document =
        ManifestCodec.write(
            manifest.encrypted()
                ? manifest.with(manifest.components().stream().map(Component::locked).toList())
                : manifest);
    publish(manifest.id(), document);
  }

  /** Returns a manifest as it is stored. */
  public byte[] document(BackupId id) throws IOException {
    return store.read(StoreNames.manifest(id), DOCUMENT_LIMIT);
  }

  /** Publishes a backup of another store, whose files are in place, by its manifest as it is. */
  public void publish(BackupId id, byte[] document) throws IOException {
    String name = StoreNames.manifest(id);
    putChecksum(name, CodecPipeline.digest(document).sha256());
    if (exists(name)) {
      throw new java.nio.file.FileAlreadyExistsException(name);
    }
    store.put(name, document);
  }

  /** Records an examination, replacing the former one. */
  public void putVerification(BackupId id, Verification verification) throws IOException {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("level", verification.level().key());
    map.put("at", verification.at().toString());
    map.put("result", verification.good() ? "good" : "bad");
    store.put(StoreNames.checks(id), JsonObject.write(map));
  }

  /** Pins a backup. Idempotent. */
  public void pin(BackupId id) throws IOException {
    if (!isPinned(id)) {
      store.put(StoreNames.pin(id), new byte[0]);
    }
  }

  /** Unpins a backup. Idempotent. */
  public void unpin(BackupId id) throws IOException {
    store.delete(StoreNames.pin(id));
  }

  /** Tells whether a backup is pinned, be its manifest unreadable. */
  public boolean isPinned(BackupId id) throws IOException {
    return exists(StoreNames.pin(id));
  }

  private boolean exists(String name) throws IOException {
    try {
      return store.size(name) >= 0;
    } catch (NoSuchFileException missing) {
      return false;
    }
  }

  // The record is mutable and carries no checksum; one that cannot be read counts as no record.
  private Optional<Verification> readChecks(BackupId id) throws IOException {
    try {
      JsonObject json = JsonObject.parse(store.read(StoreNames.checks(id), CHECKS_LIMIT));
      return Optional.of(
          new Verification(
              ManifestCodec.constant(CheckLevel.class, json, "level"),
              json.instant("at"),
              json.text("result").equals("good")));
    } catch (IOException none) {
      if (Interruption.is(none)) {
        throw none;
      }
      return Optional.empty();
    }
  }
}
