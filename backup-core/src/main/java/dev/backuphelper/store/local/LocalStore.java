package dev.backuphelper.store.local;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.backuphelper.internal.io.AtomicFile;
import dev.backuphelper.internal.io.DirectoryLock;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.internal.io.StagingName;
import dev.backuphelper.store.LockHeldException;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.StoreFeature;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A store in one folder of a local file system. Files are made readable by their owner alone, the
 * folder too if this store makes it. Links inside the folder are never followed.
 *
 * <p>Immutable and thread-safe; several processes may use the same folder at once.
 */
public final class LocalStore implements Store {
  private static final int MAX_NAME_LENGTH = 200;
  private static final String LOCK_FILE = ".lock";
  private static final Set<OpenOption> READ_NO_LINK =
      Set.of(StandardOpenOption.READ, NOFOLLOW_LINKS);

  private final Path directory;

  private LocalStore(Path directory) {
    this.directory = directory;
  }

  /** Returns the store in a folder, which need not exist yet. */
  public static LocalStore in(Path directory) {
    return new LocalStore(directory.toAbsolutePath().normalize());
  }

  /** Returns the folder. */
  public Path directory() {
    return directory;
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public Set<StoreFeature> features() {
    return Set.of(StoreFeature.PROCESS_LOCKS);
  }

  @Override
  public boolean exists() throws IOException {
    try {
      if (!Files.readAttributes(directory, BasicFileAttributes.class).isDirectory()) {
        throw new NotDirectoryException(directory.toString());
      }
      return true;
    } catch (NoSuchFileException missing) {
      return false;
    }
  }

  @Override
  public void create() throws IOException {
    if (!exists()) {
      PrivateFiles.createDirectories(directory);
    }
  }

  @Override
  public List<String> list() throws IOException {
    List<String> names = new ArrayList<>();
    if (exists()) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        for (Path entry : entries) {
          names.add(String.valueOf(entry.getFileName()));
        }
      } catch (java.nio.file.DirectoryIteratorException failure) {
        throw failure.getCause();
      }
    }
    return names;
  }

  @Override
  public long size(String name) throws IOException {
    return regular(name).size();
  }

  @Override
  public byte[] read(String name, int limit) throws IOException {
    Path file = resolve(name);
    requireRegular(file);
    try (SeekableByteChannel channel = Files.newByteChannel(file, READ_NO_LINK)) {
      long size = channel.size();
      if (size > limit) {
        throw new MalformedDocumentException(name + " is larger than " + limit + " bytes", null);
      }
      ByteBuffer content = ByteBuffer.allocate((int) size);
      while (content.hasRemaining() && channel.read(content) >= 0) {
        // A read may give less than was asked for.
      }
      byte[] bytes = content.array();
      return content.hasRemaining() ? Arrays.copyOf(bytes, content.position()) : bytes;
    }
  }

  @Override
  public InputStream open(String name) throws IOException {
    Path file = resolve(name);
    requireRegular(file);
    return Files.newInputStream(file, NOFOLLOW_LINKS);
  }

  @Override
  public boolean createNew(String name, byte[] content) throws IOException {
    return AtomicFile.createNew(resolve(name), content);
  }

  @Override
  public void put(String name, byte[] content) throws IOException {
    AtomicFile.write(resolve(name), content);
  }

  @Override
  public StagedFile stage() throws IOException {
    return LocalStagedFile.create(directory);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    PrivateFiles.rename(resolve(from), resolve(to));
  }

  @Override
  public boolean delete(String name) throws IOException {
    return Files.deleteIfExists(resolve(name));
  }

  @Override
  public List<String> sweepStaged() throws IOException {
    List<String> swept = new ArrayList<>();
    for (String name : list()) {
      if (StagingName.isLeftOver(name) && delete(name)) {
        swept.add(name);
      }
    }
    return swept;
  }

  @Override
  public Optional<Path> folder() {
    return Optional.of(directory);
  }

  @Override
  public Optional<Path> path(String name) {
    return Optional.of(resolve(name));
  }

  @Override
  public StoreLock lock(LockMode mode, String operation, Duration patience) throws IOException {
    if (!exists()) {
      throw new NoSuchFileException(location());
    }
    Path file = directory.resolve(LOCK_FILE);
    try {
      return DirectoryLock.acquire(file, mode == LockMode.EXCLUSIVE, operation, patience)
          .<StoreLock>map(lock -> lock::close)
          .orElseThrow(
              () ->
                  new LockHeldException(
                      "the store " + location() + " is in use: " + DirectoryLock.holder(file)));
    } catch (FileSystemException | ReadOnlyFileSystemException failure) {
      // Whoever cannot write a lock file into the folder can still read a store on a read-only
      // medium; nobody removes anything from there. Where the folder can be written, somebody else
      // may, so that a lock file that cannot be opened is no reason to go without.
      if (mode == LockMode.SHARED && !Files.isWritable(directory)) {
        return () -> {};
      }
      if (failure instanceof FileSystemException denied) {
        throw denied;
      }
      throw new IOException("the file system of " + location() + " is read-only", failure);
    }
  }

  @Override
  public long usableSpace() throws IOException {
    Path existing = directory;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = PrivateFiles.parent(existing);
    }
    return PrivateFiles.usableSpace(existing);
  }

  @Override
  public String toString() {
    return "LocalStore[" + directory + "]";
  }

  /** A pipe would make whoever opens it wait for ever. */
  private static void requireRegular(Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new MalformedDocumentException(file.getFileName() + " is no regular file", null);
    }
  }

  private BasicFileAttributes regular(String name) throws IOException {
    Path file = resolve(name);
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new NoSuchFileException(file.toString(), null, "it is no regular file");
    }
    return attributes;
  }

  // By hand rather than by a regular expression: a listing resolves thousands.
  private static boolean isName(String name) {
    for (int index = 0; index < name.length(); index++) {
      char found = name.charAt(index);
      boolean letter = (found >= 'a' && found <= 'z') || (found >= 'A' && found <= 'Z');
      boolean digit = found >= '0' && found <= '9';
      if (!letter && !digit && found != '.' && found != '_' && found != '-') {
        return false;
      }
    }
    return !name.isEmpty()
        && name.length() <= MAX_NAME_LENGTH
        && !name.equals(".")
        && !name.equals("..");
  }

  private Path resolve(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException("not a name in a store: " + name);
    }
    return directory.resolve(name);
  }
}
