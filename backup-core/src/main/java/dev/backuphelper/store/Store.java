package dev.backuphelper.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A place where backups are kept: a flat set of named files. The library calls it from several
 * threads and processes at once; an implementation must be thread-safe.
 *
 * <p>Names are at most 200 characters of {@code [A-Za-z0-9._-]}; an implementation refuses others
 * with {@link IllegalArgumentException} and never follows a link out of the store. A file that is
 * missing is reported by {@link java.nio.file.NoSuchFileException}; other failures by other {@link
 * IOException}s, which may pass when tried again, but for {@link
 * java.nio.file.AccessDeniedException}.
 */
public interface Store {
  /** Returns where the store is, in words for people; never holds a secret. */
  String location();

  /** Returns what the store can do beyond the common contract. */
  Set<StoreFeature> features();

  /**
   * Tells whether the store is there.
   *
   * @throws IOException if that cannot be told
   */
  boolean exists() throws IOException;

  /**
   * Makes the store if it is missing. Idempotent.
   *
   * @throws IOException if it could not be made
   */
  void create() throws IOException;

  /**
   * Returns the names of all files in no particular order, hidden ones included; empty when the
   * store is missing.
   *
   * @throws IOException if the store cannot be read
   */
  List<String> list() throws IOException;

  /**
   * Returns a file's size in bytes.
   *
   * @throws IOException if the file is missing or cannot be looked at
   */
  long size(String name) throws IOException;

  /**
   * Reads a small file whole.
   *
   * @param limit the most bytes to accept
   * @throws IOException if the file is missing, cannot be read, or is larger than {@code limit}
   */
  byte[] read(String name, int limit) throws IOException;

  /**
   * Opens a file for reading.
   *
   * @throws IOException if the file is missing or cannot be opened
   */
  InputStream open(String name) throws IOException;

  /**
   * Creates a small file, durably, if its name is free. Of several callers at once exactly one gets
   * true.
   *
   * @return whether this call created the file
   * @throws IOException if writing failed; the name may be taken then
   */
  boolean createNew(String name, byte[] content) throws IOException;

  /**
   * Writes a small file, durably, replacing one of that name at once: a reader sees the old content
   * or the new.
   *
   * @throws IOException if writing failed; the old content stays
   */
  void put(String name, byte[] content) throws IOException;

  /**
   * Creates an empty staged file.
   *
   * @throws IOException if it cannot be created
   */
  StagedFile stage() throws IOException;

  /**
   * Renames a file, durably and at once, replacing one of the new name.
   *
   * @throws IOException if the file is missing or cannot be renamed
   */
  void rename(String from, String to) throws IOException;

  /**
   * Removes a file. The removal may become durable later.
   *
   * @return whether there was such a file
   * @throws IOException if it cannot be removed
   */
  boolean delete(String name) throws IOException;

  /**
   * Removes the staged files of processes that are dead, on this host. Called while the exclusive
   * lock is held.
   *
   * @return the names that were removed
   * @throws IOException if the store cannot be read or a file cannot be removed
   */
  List<String> sweepStaged() throws IOException;

  /** Returns the store's folder; empty if its files are no files of the local file system. */
  Optional<Path> folder();

  /**
   * Returns where a file lies, be it missing; empty if there is no {@link #folder}. Then an
   * artifact must be copied to a staged file before a database engine can open it.
   */
  Optional<Path> path(String name);

  /**
   * Takes the store's lock, waiting for others to release it. Re-entrant within a thread for the
   * same mode.
   *
   * @param operation what the lock is taken for, shown to others who wait
   * @param patience how long to wait; zero tries once
   * @throws LockHeldException if somebody else still holds it then
   * @throws IOException if the lock cannot be taken at all
   */
  StoreLock lock(LockMode mode, String operation, Duration patience) throws IOException;

  /**
   * Returns the bytes that can still be written.
   *
   * @throws IOException if that cannot be told
   */
  long usableSpace() throws IOException;
}
