package dev.backuphelper.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A temporary folder that is gone afterwards, with all that is in it, also when a signal ends the
 * process. Used by one thread.
 */
final class DemoFolder implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 10;

  private final Path path;
  private final Thread hook = new Thread(this::abandon, "demo-folder");
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean abandoned;
  private volatile @Nullable Process user;

  private DemoFolder(Path path) {
    this.path = path;
  }

  /** Makes a folder. */
  static DemoFolder create() throws IOException {
    DemoFolder folder = new DemoFolder(Files.createTempDirectory("backup-demo-").toRealPath());
    Runtime.getRuntime().addShutdownHook(folder.hook);
    return folder;
  }

  /** Returns where it is. */
  Path path() {
    return path;
  }

  /** Says which other process works in it: it is killed before the folder goes. */
  void usedBy(Process process) {
    user = process;
  }

  /** Tells whether a signal has asked the process to end: then work is to be broken off. */
  boolean isAbandoned() {
    return abandoned;
  }

  // The JVM ends when this does. The thread that works here goes on meanwhile: it is let finish
  // what it does, or it would make files in the folder that was just removed.
  private void abandon() {
    abandoned = true;
    killUser();
    try {
      boolean unused = closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException notExpected) {
      Thread.currentThread().interrupt();
    }
    remove();
  }

  private void killUser() {
    Process process = user;
    if (process != null) {
      process.destroyForcibly();
      process
          .onExit()
          .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .exceptionally(e -> process)
          .join();
    }
  }

  private void remove() {
    try (Stream<Path> files = Files.walk(path)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException gone) {
      // Removed already; or the system does, which removes what is in this place.
    }
  }

  @Override
  public void close() {
    killUser();
    remove();
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException running) {
      // The process is ending, and the hook is at work.
    }
  }
}
