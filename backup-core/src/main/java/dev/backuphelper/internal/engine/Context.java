package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.codec.DataKey;
import dev.backuphelper.codec.Encryption;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.KeyException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.event.BackupListener;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.source.ConnectionRelease;
import dev.backuphelper.source.Source;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.StoreFeature;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What every operation works with. Immutable and thread-safe.
 *
 * @param store where the backups are
 * @param sources what is backed up; empty where only a store is worked on
 * @param engines how to make a source of an engine at a path, by the engine's name
 * @param stores how to make a store in a folder
 * @param clock tells the time
 * @param listener hears what happens
 * @param patience how long to wait for locks
 * @param encryption the keys at hand; null when there are none
 * @param connections lets go of what keeps the databases open here while they are restored
 */
public record Context(
    Store store,
    List<Source> sources,
    Map<String, Function<Path, Source>> engines,
    Function<Path, Store> stores,
    Clock clock,
    BackupListener listener,
    Duration patience,
    @Nullable Encryption encryption,
    ConnectionRelease connections) {

  /** The engine of plain files: the embedded default. */
  public static final String DEFAULT_ENGINE = "sqlite";

  /** Copies the collections. */
  public Context {
    sources = List.copyOf(sources);
    engines = Map.copyOf(engines);
  }

  Catalog catalog() {
    return new Catalog(store);
  }

  Events events(String operation) {
    return new Events(listener, operation);
  }

  /** Takes the store's lock; refuses to remove anything where it keeps nobody out. */
  StoreLock lock(LockMode mode, String operation) throws IOException {
    if (mode == LockMode.EXCLUSIVE && !store.features().contains(StoreFeature.PROCESS_LOCKS)) {
      throw new RefusedException(
          "nothing is removed from %s: its lock does not keep others out"
              .formatted(store.location()),
          "Remove it with the store's own means, while nobody uses the store.");
    }
    return store.lock(mode, operation, patience);
  }

  /**
   * Opens a backup that may be encrypted, and all that it builds on.
   *
   * @throws KeyException if it is, and none of the keys at hand opens it
   * @throws CorruptBackupException if what is encrypted of its manifest, or its wrapped key, is not
   *     what was written, or if a backup is missing that it builds on
   */
  OpenedBackup open(Backup backup) throws IOException {
    OpenedBackup opened = null;
    for (Backup link : new Chain(this).of(backup)) {
      opened = open(link, opened);
    }
    return Objects.requireNonNull(opened, "a chain has a link");
  }

  /** Opens a backup without what it builds on: what its manifest tells can be read then. */
  Backup unlock(Backup backup) throws IOException {
    return open(backup, null).backup();
  }

  private OpenedBackup open(Backup backup, @Nullable OpenedBackup parent) throws IOException {
    StoredForm.requireKnown(backup);
    if (!backup.manifest().encrypted()) {
      return new OpenedBackup(backup, null, parent);
    }
    BackupId id = backup.id();
    DataKey key = requireEncryption("backup " + id + " is encrypted").open(id, keys(id));
    try {
      return new OpenedBackup(catalog().unlock(backup, key), key, parent);
    } catch (MalformedDocumentException tampered) {
      throw new CorruptBackupException(
          ErrorCode.CORRUPT,
          "validation failed: the manifest of backup %s: %s".formatted(id, tampered.getMessage()),
          "Use another backup; verify says which are good.",
          tampered);
    }
  }

  /** Returns the wrapped key of an encrypted backup. */
  byte[] keys(BackupId id) throws IOException {
    try {
      return catalog().keys(id);
    } catch (NoSuchFileException missing) {
      throw new CorruptBackupException(
          ErrorCode.CORRUPT,
          "validation failed: the wrapped key of backup %s is missing: %s"
              .formatted(id, missing.getFile()),
          "Put that file back from a copy of the store; without it nothing can decrypt the backup.",
          missing);
    }
  }

  /**
   * Returns the keys at hand.
   *
   * @param what needs them
   * @throws KeyException if there are none
   */
  Encryption requireEncryption(String what) {
    if (encryption == null) {
      throw new KeyException(
          what + ", and no key was given",
          "Give its key file with BACKUP_KEY_FILE, or its passphrase with BACKUP_PASSPHRASE_FILE.");
    }
    return encryption;
  }

  Context with(Store otherStore, List<Source> otherSources) {
    return new Context(
        otherStore,
        otherSources,
        engines,
        stores,
        clock,
        listener,
        patience,
        encryption,
        connections);
  }

  Context with(BackupListener otherListener) {
    return new Context(
        store, sources, engines, stores, clock, otherListener, patience, encryption, connections);
  }

  Context with(ConnectionRelease otherConnections) {
    return new Context(
        store, sources, engines, stores, clock, listener, patience, encryption, otherConnections);
  }

  private static boolean isAt(Source source, String path) {
    try {
      return source.location().toString().equals(path);
    } catch (IOException missing) {
      return false;
    }
  }

  /** Returns the store at a location that a plan recorded: this one, or another local one. */
  Store storeAt(String location) {
    return store.location().equals(location) ? store : stores.apply(Path.of(location));
  }

  /**
   * Returns the engine of that name, working at a path, with the settings of a source if it fits.
   */
  Source engine(String name, Path at) {
    return engine(name, at, at.toString());
  }

  /**
   * Returns the same for something that comes from a source.
   *
   * @param from the path of that source, whose settings are used if it is one of ours
   */
  Source engine(String name, Path at, String from) {
    List<Source> known = sources.stream().filter(s -> s.engine().equals(name)).toList();
    if (!known.isEmpty()) {
      // Where there is but one, nobody is asked where it is.
      return (known.size() == 1
              ? known.get(0)
              : known.stream().filter(s -> isAt(s, from)).findFirst().orElse(known.get(0)))
          .at(at);
    }
    Function<Path, Source> engine = engines.get(name);
    if (engine == null) {
      throw new CorruptBackupException(
          ErrorCode.UNSUPPORTED_FORMAT,
          "this backup is of an engine that is unknown here: " + name,
          "Restore it with a version, and the modules, that know " + name + ".");
    }
    return engine.apply(at);
  }
}
