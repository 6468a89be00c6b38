package dev.backuphelper.store.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store in a folder, and its lock where files or the folder are closed to us. */
class LocalStoreTest {
  @TempDir private Path folder;
  private Path lock;
  private Store store;

  @BeforeEach
  void makeStore() throws IOException {
    assumeThat(folder.getFileSystem().supportedFileAttributeViews()).contains("posix");
    Path directory = Files.createDirectory(folder.resolve("store"));
    lock = Files.createFile(directory.resolve(".lock"));
    store = LocalStore.in(directory);
  }

  @AfterEach
  void open() throws IOException {
    if (store != null) {
      setMode(lock.getParent(), "rwx------");
    }
  }

  private static void setMode(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private void take(LockMode mode) throws IOException {
    store.lock(mode, "test", Duration.ZERO).close();
  }

  @Test
  void folder_holdsItsFiles() {
    assertThat(store.folder()).contains(lock.getParent());
    assertThat(store.path(".lock")).contains(lock);
  }

  /** As when another user made it: others do work in such a store, so nobody may go without. */
  @Test
  void lock_fileThatIsClosedToUs_inAWritableFolder_isDenied() throws IOException {
    setMode(lock, "---------");
    assumeThat(Files.isReadable(lock)).as("modes do not bind this process").isFalse();

    for (LockMode mode : LockMode.values()) {
      assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(() -> take(mode));
    }
  }

  @Test
  void lock_ofAFolderThatCannotBeWritten_isNeededOnlyToRemove() throws IOException {
    Files.delete(lock);
    setMode(lock.getParent(), "r-x------");
    assumeThat(Files.isWritable(lock.getParent())).as("modes do not bind this process").isFalse();

    assertThatCode(() -> take(LockMode.SHARED)).doesNotThrowAnyException();
    assertThatExceptionOfType(AccessDeniedException.class)
        .isThrownBy(() -> take(LockMode.EXCLUSIVE));
  }
}
