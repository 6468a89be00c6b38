package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.internal.engine.Failures;
import dev.backuphelper.store.FileSequence;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.StoreFeature;
import dev.backuphelper.store.StoreLock;
import dev.backuphelper.store.local.LocalStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The backup in an archive, as a store of its own. It is imported into a temporary folder when it
 * is first asked for, and so checked as by any import; but it keeps the name of the archive, so
 * that a restore that was killed can be ended later, from there. Used by one thread.
 */
final class ArchiveStore implements Store, AutoCloseable {
  // What is in an archive can be looked at whatever its date.
  private static final Clock NEVER_BEHIND =
      Clock.fixed(Instant.parse("9999-12-31T00:00:00Z"), ZoneOffset.UTC);

  /** Opens an archive. */
  interface Opener {
    /** Opens it. */
    FileSequence open() throws IOException;
  }

  private final String location;
  private final Opener opener;
  private @Nullable Temporary folder;
  private @Nullable Store imported;

  /**
   * Creates the store.
   *
   * @param location the archive
   * @param opener opens it, once
   */
  ArchiveStore(String location, Opener opener) {
    this.location = location;
    this.opener = opener;
  }

  private Store imported() throws IOException {
    Store known = imported;
    if (known != null) {
      return known;
    }
    Temporary made = Temporary.folderIn(temporaryFolder());
    folder = made;
    Store store = LocalStore.in(made.path());
    try (FileSequence files = opener.open()) {
      BackupHelper.builder().store(store).clock(NEVER_BEHIND).build().importFrom(files);
    } catch (StorageException failure) {
      throw failure.code() == ErrorCode.NO_SPACE ? noRoom(made.path(), failure) : failure;
    }
    imported = store;
    return store;
  }

  private static Path temporaryFolder() throws IOException {
    return Path.of(System.getProperty("java.io.tmpdir")).toRealPath();
  }

  private StorageException noRoom(Path where, StorageException failure) {
    return new StorageException(
        ErrorCode.NO_SPACE,
        "no room to unpack %s in %s: %s".formatted(location, where, failure.getMessage()),
        "Free some space there, or name another folder:"
            + " JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=FOLDER; or import it into a store.",
        failure);
  }

  /** Reads the archive now. */
  void require() {
    Failures.translate("cannot import " + location, this::imported);
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public Set<StoreFeature> features() {
    return Set.of();
  }

  @Override
  public boolean exists() {
    return true;
  }

  @Override
  public void create() {
    // It is there.
  }

  @Override
  public List<String> list() throws IOException {
    return imported().list();
  }

  @Override
  public long size(String name) throws IOException {
    return imported().size(name);
  }

  @Override
  public byte[] read(String name, int limit) throws IOException {
    return imported().read(name, limit);
  }

  @Override
  public InputStream open(String name) throws IOException {
    return imported().open(name);
  }

  @Override
  public boolean createNew(String name, byte[] content) throws IOException {
    return imported().createNew(name, content);
  }

  @Override
  public void put(String name, byte[] content) throws IOException {
    imported().put(name, content);
  }

  @Override
  public StagedFile stage() throws IOException {
    return imported().stage();
  }

  @Override
  public void rename(String from, String to) throws IOException {
    imported().rename(from, to);
  }

  @Override
  public boolean delete(String name) throws IOException {
    return imported().delete(name);
  }

  @Override
  public List<String> sweepStaged() {
    return List.of();
  }

  @Override
  public Optional<Path> folder() {
    return Optional.ofNullable(imported).flatMap(Store::folder);
  }

  @Override
  public Optional<Path> path(String name) {
    return Optional.ofNullable(imported).flatMap(store -> store.path(name));
  }

  @Override
  public StoreLock lock(LockMode mode, String operation, Duration patience) {
    // Nobody else knows of it.
    return () -> {};
  }

  @Override
  public long usableSpace() throws IOException {
    return imported().usableSpace();
  }

  @Override
  public void close() {
    Temporary made = folder;
    folder = null;
    imported = null;
    if (made != null) {
      made.close();
    }
  }
}
