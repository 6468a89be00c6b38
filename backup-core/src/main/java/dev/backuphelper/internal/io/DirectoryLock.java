package dev.backuphelper.internal.io;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A held lock of the operating system on a lock file. It is released when its process dies, so it
 * is never stale.
 *
 * <p>On POSIX systems closing any descriptor of a file drops the process's locks on it. Hence this
 * class is the only opener of lock files: one channel per file in the JVM, counted. Where several
 * class loaders hold this library, the system properties say which of them may open a file. The
 * holder is named in a file beside the lock, because the lock file itself must not be opened again.
 *
 * <p>Re-entrant: a thread that holds a lock exclusively may take it again in either mode. A thread
 * that holds it shared cannot upgrade. Thread-safe.
 */
public final class DirectoryLock implements AutoCloseable {
  private static final int HOLDER_LIMIT = 1000;
  private static final Duration POLL_INTERVAL = Duration.ofMillis(10);
  private static final Map<Path, LockFile> LOCK_FILES = new HashMap<>();

  // Texts alone: others may read all properties as such.
  private static final String CLAIM = "dev.backuphelper.open.";
  private static final String CLASS_LOADER = UUID.randomUUID().toString();

  private final LockFile lockFile;
  private boolean held = true;

  private DirectoryLock(LockFile lockFile) {
    this.lockFile = lockFile;
  }

  /**
   * Takes a lock, waiting for others to release it.
   *
   * @param file the lock file, made if it is missing; its folder exists
   * @param exclusive whether nobody else may hold it
   * @param purpose what it is taken for, shown to others who wait
   * @param patience how long to wait; zero tries once
   * @return the lock, or empty if somebody else still holds it then
   */
  public static Optional<DirectoryLock> acquire(
      Path file, boolean exclusive, String purpose, Duration patience) throws IOException {
    Path key = PrivateFiles.parent(file).toRealPath().resolve(file.getFileName());
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience);
    synchronized (LOCK_FILES) {
      LockFile lockFile = LOCK_FILES.computeIfAbsent(key, LockFile::new);
      lockFile.users++;
      try {
        while (!lockFile.tryTake(exclusive)) {
          long left = deadline - System.nanoTime();
          if (left <= 0) {
            return Optional.empty();
          }
          LOCK_FILES.wait(Math.max(1, Math.min(POLL_INTERVAL.toMillis(), left / 1_000_000)));
        }
        lockFile.users++;
        lockFile.nameHolder(purpose);
        return Optional.of(new DirectoryLock(lockFile));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new java.nio.channels.ClosedByInterruptException();
      } finally {
        lockFile.leave();
      }
    }
  }

  /** Returns who holds a lock, as far as it is written beside it. */
  public static String holder(Path file) {
    try {
      return new String(readHolder(file), StandardCharsets.UTF_8).strip();
    } catch (IOException unknown) {
      return "another process";
    }
  }

  // Beside a lock anything may lie: neither a link nor a pipe is followed.
  private static byte[] readHolder(Path file) throws IOException {
    Path holder = holderFile(file);
    if (!Files.isRegularFile(holder, NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(holder.toString());
    }
    try (InputStream in = Files.newInputStream(holder, NOFOLLOW_LINKS)) {
      return in.readNBytes(HOLDER_LIMIT);
    }
  }

  /** Releases the lock; a second call does nothing. */
  @Override
  public void close() throws IOException {
    synchronized (LOCK_FILES) {
      if (held) {
        held = false;
        try {
          lockFile.release();
        } finally {
          lockFile.leave();
        }
      }
    }
  }

  private static Path holderFile(Path file) {
    return file.resolveSibling(file.getFileName() + ".holder");
  }

  /** The one channel of a lock file, and who in this JVM holds its lock. Guarded by LOCK_FILES. */
  private static final class LockFile {
    private final Path path;
    private int users;
    private int holds;
    private @Nullable Thread exclusiveOwner;
    private @Nullable FileChannel channel;
    private @Nullable FileLock lock;
    private byte @Nullable [] holderText;

    LockFile(Path path) {
      this.path = path;
    }

    boolean tryTake(boolean exclusive) throws IOException {
      if (holds > 0) {
        boolean mine = exclusiveOwner == Thread.currentThread();
        boolean allShared = exclusiveOwner == null && !exclusive;
        if (!mine && !allShared) {
          return false;
        }
      } else if (!tryLockFile(exclusive)) {
        return false;
      } else {
        exclusiveOwner = exclusive ? Thread.currentThread() : null;
      }
      holds++;
      return true;
    }

    private boolean tryLockFile(boolean exclusive) throws IOException {
      FileChannel open = channel;
      if (open == null || !open.isOpen()) {
        if (!claim()) {
          return false;
        }
        open = openLockFile(exclusive);
        channel = open;
      }
      try {
        lock = open.tryLock(0, Long.MAX_VALUE, !exclusive);
      } catch (OverlappingFileLockException heldByOneWithoutClaim) {
        return false;
      }
      return lock != null;
    }

    /** Keeps other class loaders from opening the file, because to close theirs drops our lock. */
    private boolean claim() {
      Object former = System.getProperties().putIfAbsent(CLAIM + path, CLASS_LOADER);
      return former == null || former.equals(CLASS_LOADER);
    }

    // A shared lock needs no more than reading: a store on a read-only medium can be verified.
    private FileChannel openLockFile(boolean exclusive) throws IOException {
      if (!PrivateFiles.isTaken(path)) {
        try {
          PrivateFiles.create(path);
        } catch (java.nio.file.FileAlreadyExistsException madeByAnother) {
          // It is there, which is all that was wanted.
        }
      }
      return exclusive || Files.isWritable(path)
          ? FileChannel.open(path, READ, WRITE, NOFOLLOW_LINKS)
          : FileChannel.open(path, READ, NOFOLLOW_LINKS);
    }

    void nameHolder(String purpose) {
      Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
      byte[] text =
          (purpose + ", " + ProcessOwner.current() + ", since " + now + "\n")
              .getBytes(StandardCharsets.UTF_8);
      try {
        PrivateFiles.overwrite(holderFile(path), text);
        holderText = text;
      } catch (IOException notNamed) {
        // The name helps those who wait; the lock holds without it.
        holderText = null;
        deleteHolder();
      }
    }

    void release() throws IOException {
      holds--;
      if (holds == 0) {
        exclusiveOwner = null;
        forgetHolder();
        FileLock held = lock;
        lock = null;
        if (held != null && held.isValid()) {
          held.release();
        }
        LOCK_FILES.notifyAll();
      }
    }

    private void deleteHolder() {
      try {
        Files.deleteIfExists(holderFile(path));
      } catch (IOException leftBehind) {
        // Empty or torn; whoever takes the lock next writes it anew.
      }
    }

    private void forgetHolder() {
      byte[] mine = holderText;
      holderText = null;
      try {
        if (mine != null && Arrays.equals(mine, readHolder(path))) {
          Files.deleteIfExists(holderFile(path));
        }
      } catch (IOException leftBehind) {
        // Read only while the lock is held by somebody, who writes it anew.
      }
    }

    void leave() throws IOException {
      users--;
      if (users == 0) {
        LOCK_FILES.remove(path);
        FileChannel open = channel;
        channel = null;
        try {
          if (open != null) {
            open.close();
          }
        } finally {
          System.getProperties().remove(CLAIM + path, CLASS_LOADER);
        }
      }
    }
  }
}
