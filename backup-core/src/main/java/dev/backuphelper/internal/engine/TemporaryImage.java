package dev.backuphelper.internal.engine;

import dev.backuphelper.internal.io.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An empty private file in the temporary folder, which is gone with all beside it when closed. */
final class TemporaryImage implements AutoCloseable {
  private final Path directory;

  private TemporaryImage(Path directory) {
    this.directory = directory;
  }

  static TemporaryImage create() throws IOException {
    TemporaryImage image = new TemporaryImage(Files.createTempDirectory("backuphelper-"));
    try {
      PrivateFiles.create(image.path());
      return image;
    } catch (IOException failure) {
      Files.deleteIfExists(image.directory);
      throw failure;
    }
  }

  Path path() {
    return directory.resolve("image");
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path());
    // SQLite leaves its journal when it fails half way.
    Files.deleteIfExists(directory.resolve("image-journal"));
    Files.deleteIfExists(directory);
  }
}
