package dev.backuphelper.store.local;

import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.internal.io.StagingName;
import dev.backuphelper.store.StagedFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A staged file in the store's own folder, so that publishing is a rename. */
final class LocalStagedFile implements StagedFile {
  private final Path path;
  private boolean published;

  private LocalStagedFile(Path path) {
    this.path = path;
  }

  static LocalStagedFile create(Path directory) throws IOException {
    Path path = directory.resolve(StagingName.next());
    PrivateFiles.create(path);
    return new LocalStagedFile(path);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public void publish(String name) throws IOException {
    Path target = path.resolveSibling(name);
    if (PrivateFiles.isTaken(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    PrivateFiles.sync(path);
    PrivateFiles.rename(path, target);
    published = true;
  }

  @Override
  public void close() throws IOException {
    if (!published) {
      Files.deleteIfExists(path);
    }
    // SQLite leaves its journal when it fails half way.
    Files.deleteIfExists(path.resolveSibling(path.getFileName() + "-journal"));
  }
}
