package dev.backuphelper.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.internal.io.DirectoryLock;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Locks between processes, between threads, and within one. */
@Timeout(60)
class DirectoryLockTest {
  private static final boolean SHARED = false;
  private static final boolean EXCLUSIVE = true;
  private static final Duration AT_ONCE = Duration.ZERO;
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private Path file;
  private ExecutorService otherThread;

  @BeforeEach
  void prepare() {
    file = folder.resolve(".lock");
    otherThread = Executors.newSingleThreadExecutor();
  }

  @AfterEach
  void stop() {
    otherThread.shutdownNow();
  }

  private Optional<DirectoryLock> take(boolean exclusive, Duration patience) throws IOException {
    return DirectoryLock.acquire(file, exclusive, "test", patience);
  }

  private DirectoryLock take(boolean exclusive) throws IOException {
    return take(exclusive, AT_ONCE).orElseThrow();
  }

  private <T> T elsewhere(Callable<T> work) throws Exception {
    return otherThread.submit(work).get();
  }

  private boolean otherThreadGets(boolean exclusive) throws Exception {
    return elsewhere(
        () -> {
          Optional<DirectoryLock> lock = take(exclusive, AT_ONCE);
          if (lock.isPresent()) {
            lock.get().close();
          }
          return lock.isPresent();
        });
  }

  private LockProcess otherProcess() {
    return LockProcess.start(folder, file);
  }

  @Test
  void exclusive_keepsOtherProcessesOut() throws Exception {
    try (LockProcess other = otherProcess()) {
      try (DirectoryLock mine = take(EXCLUSIVE)) {
        assertThat(other.gets("exclusive")).isFalse();
        assertThat(other.gets("shared")).isFalse();
      }
      assertThat(other.gets("exclusive")).isTrue();
      assertThat(take(SHARED, AT_ONCE)).isEmpty();
      assertThat(take(EXCLUSIVE, AT_ONCE)).isEmpty();
      other.release();
      take(EXCLUSIVE).close();
    }
  }

  @Test
  void shared_letsOtherProcessesShare() throws Exception {
    try (LockProcess other = otherProcess();
        DirectoryLock mine = take(SHARED)) {
      assertThat(other.gets("exclusive")).isFalse();
      assertThat(other.gets("shared")).isTrue();
      take(SHARED).close();
      assertThat(take(EXCLUSIVE, AT_ONCE)).isEmpty();
    }
  }

  @Test
  void waiting_endsWhenTheOtherProcessReleases() throws Exception {
    try (LockProcess other = otherProcess()) {
      assertThat(other.gets("exclusive")).isTrue();
      Future<DirectoryLock> waiting = otherThread.submit(() -> take(SHARED, LONG).orElseThrow());
      other.release();
      waiting.get().close();
    }
  }

  @Test
  void waiting_endsAfterItsPatience_andTheHolderIsNamed() throws Exception {
    try (LockProcess other = otherProcess()) {
      assertThat(other.gets("exclusive")).isTrue();
      long begun = System.nanoTime();

      assertThat(take(SHARED, Duration.ofMillis(300))).isEmpty();

      assertThat(System.nanoTime() - begun).isBetween(300_000_000L, 10_000_000_000L);
      assertThat(DirectoryLock.holder(file))
          .contains("process " + other.pid() + " on ")
          .contains("lock process")
          .contains("since 2");
    }
  }

  @Test
  void holder_ofAFreeLock_isNobodyKnown() throws Exception {
    take(EXCLUSIVE).close();

    assertThat(DirectoryLock.holder(file)).isEqualTo("another process");
    assertThat(LiveDatabase.names(folder)).containsExactly(".lock");
  }

  @Test
  void lock_ofAKilledProcess_isFreeAtOnce() throws Exception {
    try (LockProcess other = otherProcess()) {
      assertThat(other.gets("exclusive")).isTrue();
      other.kill();
      take(EXCLUSIVE).close();
    }
  }

  @Test
  void lockFile_isPrivate() throws Exception {
    try (DirectoryLock mine = take(EXCLUSIVE)) {
      if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
      }
    }
  }

  @Test
  void exclusive_isReentrantInBothModes() throws Exception {
    try (LockProcess other = otherProcess();
        DirectoryLock outer = take(EXCLUSIVE)) {
      DirectoryLock again = take(EXCLUSIVE);
      DirectoryLock shared = take(SHARED);
      again.close();
      shared.close();
      assertThat(other.gets("shared")).as("the outer one is still held").isFalse();
    }
  }

  @Test
  void shared_isReentrant_andCannotBecomeExclusive() throws Exception {
    try (LockProcess other = otherProcess();
        DirectoryLock outer = take(SHARED)) {
      take(SHARED).close();
      assertThat(take(EXCLUSIVE, AT_ONCE)).isEmpty();
      assertThat(other.gets("exclusive")).as("neither dropped the outer one").isFalse();
    }
  }

  @Test
  void exclusive_keepsOtherThreadsOut() throws Exception {
    try (DirectoryLock mine = take(EXCLUSIVE)) {
      assertThat(otherThreadGets(SHARED)).isFalse();
      assertThat(otherThreadGets(EXCLUSIVE)).isFalse();
    }
    assertThat(otherThreadGets(EXCLUSIVE)).isTrue();
  }

  @Test
  void closingOneOfSeveral_dropsNoOther() throws Exception {
    try (LockProcess other = otherProcess()) {
      DirectoryLock mine = take(SHARED);
      DirectoryLock theirs = elsewhere(() -> take(SHARED));
      assertThat(otherThreadGets(EXCLUSIVE)).as("fails, and closes nothing").isFalse();

      theirs.close();
      theirs.close();

      assertThat(other.gets("exclusive")).isFalse();
      mine.close();
      assertThat(other.gets("exclusive")).isTrue();
    }
  }

  @Test
  void sameFileByAnotherPath_isTheSameLock() throws Exception {
    Path alias = Files.createSymbolicLink(folder.resolve("alias"), folder);
    try (LockProcess other = otherProcess();
        DirectoryLock mine = take(EXCLUSIVE)) {
      DirectoryLock.acquire(alias.resolve(".lock"), EXCLUSIVE, "test", AT_ONCE)
          .orElseThrow()
          .close();
      assertThat(other.gets("shared")).isFalse();
    }
  }

  @Test
  void interruptedWait_saysSoAndHoldsNothing() throws Exception {
    try (LockProcess other = otherProcess()) {
      assertThat(other.gets("exclusive")).isTrue();
      Thread waiter = Thread.currentThread();
      Future<?> interrupter =
          otherThread.submit(
              () -> {
                Awaitility.await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
                waiter.interrupt();
              });

      assertThatThrownBy(() -> take(SHARED, LONG)).isInstanceOf(ClosedByInterruptException.class);

      assertThat(Thread.interrupted()).isTrue();
      awaitDone(interrupter);
      other.release();
      take(EXCLUSIVE).close();
    }
  }

  /** Two applications of one server, each with this library, share a process but no registry. */
  @Test
  void anotherClassLoader_dropsNoLockOfThisOne_andWaitsForIt() throws Exception {
    try (LockProcess other = otherProcess();
        OtherLibrary first = new OtherLibrary();
        OtherLibrary second = new OtherLibrary()) {
      AutoCloseable held = first.take(file, AT_ONCE).orElseThrow();
      assertThat(second.take(file, AT_ONCE)).isEmpty();
      assertThat(second.take(file, Duration.ofMillis(50))).isEmpty();
      assertThat(take(SHARED, AT_ONCE)).isEmpty();
      assertThat(other.gets("shared")).as("the first one still holds it").isFalse();

      Future<AutoCloseable> waiting =
          otherThread.submit(() -> second.take(file, LONG).orElseThrow());
      held.close();
      AutoCloseable mine = waiting.get();

      assertThat(first.take(file, AT_ONCE)).isEmpty();
      assertThat(other.gets("shared")).as("now the second one holds it").isFalse();
      mine.close();
      assertThat(other.gets("exclusive")).isTrue();
      assertThat(System.getProperties().toString()).doesNotContain(file.toString());
    }
  }

  /** This library in a class loader of its own. */
  private static final class OtherLibrary implements AutoCloseable {
    private final URLClassLoader loader =
        new URLClassLoader(
            new URL[] {DirectoryLock.class.getProtectionDomain().getCodeSource().getLocation()},
            ClassLoader.getPlatformClassLoader());

    Optional<AutoCloseable> take(Path file, Duration patience) throws Exception {
      Optional<?> lock =
          (Optional<?>)
              loader
                  .loadClass(DirectoryLock.class.getName())
                  .getMethod("acquire", Path.class, boolean.class, String.class, Duration.class)
                  .invoke(null, file, EXCLUSIVE, "another class loader", patience);
      return lock.map(AutoCloseable.class::cast);
    }

    @Override
    public void close() throws IOException {
      loader.close();
    }
  }

  private static void awaitDone(Future<?> work) throws InterruptedException, ExecutionException {
    work.get();
  }
}
