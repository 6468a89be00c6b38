package dev.backuphelper.crash;

import dev.backuphelper.internal.io.DirectoryLock;
import dev.backuphelper.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Another process that takes and releases a lock as it is told, one line each. */
final class LockProcess implements AutoCloseable {
  private final ChildJvm child;

  private LockProcess(ChildJvm child) {
    this.child = child;
  }

  static LockProcess start(Path folder, Path lockFile) {
    return new LockProcess(ChildJvm.start(folder, LockProcess.class, lockFile));
  }

  /** Tells whether it gets the lock at once, in the mode {@code shared} or {@code exclusive}. */
  boolean gets(String mode) {
    child.say(mode);
    return Boolean.parseBoolean(child.readLine());
  }

  void release() {
    child.say("release");
    child.await("released");
  }

  long pid() {
    return child.pid();
  }

  void kill() throws InterruptedException {
    child.kill();
  }

  @Override
  public void close() {
    child.close();
  }

  @SuppressWarnings("SystemOut") // its output is what the parent waits for
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Optional<DirectoryLock> held = Optional.empty();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.equals("release")) {
        held.orElseThrow().close();
        System.out.println("released");
      } else {
        held = DirectoryLock.acquire(file, line.equals("exclusive"), "lock process", Duration.ZERO);
        System.out.println(held.isPresent());
      }
    }
  }
}
