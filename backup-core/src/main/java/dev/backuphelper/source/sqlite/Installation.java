package dev.backuphelper.source.sqlite;

import dev.backuphelper.internal.io.OpenFiles;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.Target.WriteOrder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Puts a whole new file where no database is, or none that SQLite can read.
 *
 * <p>The order of steps makes sure that the new file and a sidecar of the old one never have their
 * names at the same time: SQLite would take the old log for the new database's own. First the new
 * file is complete under another name; then the old file goes aside, then its sidecars, then the
 * new one gets its name. Called again after a crash, it goes on from whatever is there.
 */
final class Installation {
  private final Path target;

  Installation(Path target) {
    this.target = target;
  }

  /**
   * Installs an image.
   *
   * @throws SourceBusyException if somebody has the present file open; nothing was changed
   */
  void install(WriteOrder order) throws IOException {
    requireUnused(target);
    Path ready = prepare(order);
    Deque<Path[]> moved = new ArrayDeque<>();
    try {
      moveAside(order.aside(), moved);
      requireFree(target);
      Files.move(ready, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      moveBack(moved, e);
      throw e;
    }
    syncFolder();
  }

  /**
   * Takes away what is there, and keeps it.
   *
   * @throws SourceBusyException if somebody has it open; nothing was changed
   */
  void takeAside(Path aside) throws IOException {
    requireUnused(target);
    Deque<Path[]> moved = new ArrayDeque<>();
    try {
      moveAside(aside, moved);
    } catch (IOException | RuntimeException e) {
      moveBack(moved, e);
      throw e;
    }
  }

  /**
   * A connection that has the present file open would go on using it unseen.
   *
   * @throws SourceBusyException if there is one
   */
  static void requireUnused(Path file) throws IOException {
    List<String> users = OpenFiles.users(file);
    if (!users.isEmpty()) {
      throw new SourceBusyException(
          file + " has to be replaced, but is open in process " + String.join(", ", users));
    }
  }

  /** Returns a file beside the target that is complete, durable, and equal to the image. */
  private Path prepare(WriteOrder order) throws IOException {
    Ownership ownership = ownership(order.aside());
    boolean wal = JournalMode.of(order.facts()) == JournalMode.WAL;
    Files.deleteIfExists(order.staged());
    ImageFile.copy(order.image(), order.staged(), order.progress());
    ImageFile.setWal(order.staged(), wal);
    ownership.giveTo(order.staged());
    if (!ImageFile.sameContent(order.image(), order.staged())) {
      throw new IOException(order.staged() + " differs from the image it was copied from");
    }
    return order.staged();
  }

  private Ownership ownership(Path aside) throws IOException {
    if (Files.exists(target)) {
      return Ownership.of(target);
    }
    return Files.exists(aside) ? Ownership.of(aside) : Ownership.ofNewFile();
  }

  /** Sidecars without a database go aside too: a log may be the last that is left of one. */
  private void moveAside(Path aside, Deque<Path[]> moved) throws IOException {
    move(target, aside, moved);
    for (String suffix : DatabaseFile.SIDECARS) {
      move(DatabaseFile.sidecar(target, suffix), DatabaseFile.sidecar(aside, suffix), moved);
    }
    syncFolder();
  }

  private static void move(Path from, Path to, Deque<Path[]> moved) throws IOException {
    if (PrivateFiles.isTaken(from)) {
      requireFree(to);
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      moved.push(new Path[] {to, from});
    }
  }

  /** An atomic move would silently replace what is there. */
  private static void requireFree(Path path) throws IOException {
    if (PrivateFiles.isTaken(path)) {
      throw new FileAlreadyExistsException(path.toString());
    }
  }

  private void moveBack(Deque<Path[]> moved, Exception cause) {
    for (Path[] move : moved) {
      try {
        requireFree(move[1]);
        Files.move(move[0], move[1], StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }

  private void syncFolder() throws IOException {
    PrivateFiles.syncDirectory(PrivateFiles.parent(target));
  }
}
