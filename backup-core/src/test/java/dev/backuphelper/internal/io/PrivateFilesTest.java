package dev.backuphelper.internal.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A file gets a name that is free, and never one that somebody else has taken. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PrivateFilesTest {
  private final Path folder = Folders.create();
  private final Path name = folder.resolve("name");

  @AfterEach
  void delete() {
    Folders.delete(folder);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve(text), text);
  }

  @Test
  void renameToFree_givesTheName() throws IOException {
    PrivateFiles.renameToFree(file("mine"), name);

    assertThat(name).hasContent("mine");
    assertThat(Folders.names(folder)).containsExactly("name");
  }

  @Test
  void renameToFree_replacesNothing_notEvenADanglingLink() throws IOException {
    Files.writeString(name, "theirs");

    assertThatThrownBy(() -> PrivateFiles.renameToFree(file("mine"), name))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(name).hasContent("theirs");
    Files.delete(name);
    Files.createSymbolicLink(name, folder.resolve("nothing"));
    assertThatThrownBy(() -> PrivateFiles.renameToFree(folder.resolve("mine"), name))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(folder.resolve("mine")).hasContent("mine");
  }

  @Test
  void renameToFree_ofSeveralAtOnce_givesTheNameToOne() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 500; round++) {
        CyclicBarrier ready = new CyclicBarrier(4);
        List<Callable<Boolean>> renames = new ArrayList<>();
        for (String text : List.of("a", "b", "c", "d")) {
          Path file = file(text);
          renames.add(() -> isRenamed(file, ready));
        }
        int named = 0;
        for (Future<Boolean> renamed : threads.invokeAll(renames)) {
          named += renamed.get() ? 1 : 0;
        }

        assertThat(named).as("round %d", round).isEqualTo(1);
        assertThat(Folders.names(folder)).hasSize(4);
        Files.delete(name);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private boolean isRenamed(Path file, CyclicBarrier ready) throws Exception {
    ready.await();
    try {
      PrivateFiles.renameToFree(file, name);
      return true;
    } catch (FileAlreadyExistsException taken) {
      return false;
    }
  }
}
