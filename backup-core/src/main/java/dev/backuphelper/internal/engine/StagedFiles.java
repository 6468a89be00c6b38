package dev.backuphelper.internal.engine;

import com.google.common.io.Closer;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.Store;
import java.io.IOException;

/**
 * The staged files of one backup in the making: gone when this is closed, but for what was
 * published. Used by one thread.
 */
final class StagedFiles implements AutoCloseable {
  private final Store store;
  private final Closer closer = Closer.create();

  StagedFiles(Store store) {
    this.store = store;
  }

  StagedFile create() throws IOException {
    StagedFile file = store.stage();
    closer.register(file::close);
    return file;
  }

  @Override
  public void close() throws IOException {
    closer.close();
  }
}
