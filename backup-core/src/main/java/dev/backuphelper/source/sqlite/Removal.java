package dev.backuphelper.source.sqlite;

import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.source.TargetState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Takes an installed database away again. The database goes before its sidecars, so that none of
 * them is ever beside a file that it does not belong to. May be called again after a crash; a
 * sidecar without a database is then left alone, because it may be one that never went aside.
 */
final class Removal {
  private final Path target;

  Removal(Path target) {
    this.target = target;
  }

  /**
   * Brings back what was there before.
   *
   * @throws IllegalStateException if that was a database: its safety copy has to be written instead
   */
  void undo(TargetState before, Path aside) throws IOException {
    switch (before) {
      case MISSING -> remove();
      case EMPTY -> empty();
      case UNREADABLE -> bringBack(aside);
      case DATABASE ->
          throw new IllegalStateException(
              target + " was a database: write its safety copy instead");
    }
    PrivateFiles.syncDirectory(PrivateFiles.parent(target));
  }

  private void remove() throws IOException {
    if (!PrivateFiles.isTaken(target)) {
      return;
    }
    Installation.requireUnused(target);
    Files.delete(target);
    for (String suffix : DatabaseFile.SIDECARS) {
      Files.deleteIfExists(DatabaseFile.sidecar(target, suffix));
    }
  }

  private void empty() throws IOException {
    Ownership ownership = Files.exists(target) ? Ownership.of(target) : Ownership.ofNewFile();
    remove();
    PrivateFiles.create(target);
    ownership.giveTo(target);
  }

  /**
   * Without a file aside nothing was moved yet, or it is back already and only sidecars are not.
   */
  private void bringBack(Path aside) throws IOException {
    if (PrivateFiles.isTaken(aside)) {
      remove();
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    }
    for (String suffix : DatabaseFile.SIDECARS) {
      Path sidecar = DatabaseFile.sidecar(aside, suffix);
      if (PrivateFiles.isTaken(sidecar)) {
        Files.move(sidecar, DatabaseFile.sidecar(target, suffix), StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }
}
