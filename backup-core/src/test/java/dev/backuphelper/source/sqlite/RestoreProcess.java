package dev.backuphelper.source.sqlite;

import dev.backuphelper.source.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Another process that restores an image, and may die at a given step of the copy. */
final class RestoreProcess {
  private static final int DIED = 99;

  private RestoreProcess() {}

  /** Starts one; with step 0 it lives until it is done or killed. */
  static Process start(Path target, Path image, JournalMode recorded, int step) throws IOException {
    return SqlProcess.java(
        RestoreProcess.class,
        target.toString(),
        image.toString(),
        recorded.name(),
        Integer.toString(step));
  }

  /** Says {@code ready}, restores when it is sent a line, says {@code done}. */
  @SuppressWarnings("SystemOut")
  public static void main(String[] arguments) throws IOException {
    Path target = Path.of(arguments[0]);
    JournalMode recorded = JournalMode.valueOf(arguments[2]);
    int last = Integer.parseInt(arguments[3]);
    AtomicInteger steps = new AtomicInteger();
    Progress progress =
        (done, total) -> {
          if (steps.incrementAndGet() == last) {
            Runtime.getRuntime().halt(DIED);
          }
        };
    MappedDrivers.requireOne();
    System.out.println("ready");
    if (last == 0 && System.in.read() < 0) {
      return;
    }
    SqliteSource.of(target)
        .target()
        .write(Orders.order(Path.of(arguments[1]), target, recorded, Orders.PATIENCE, progress));
    System.out.println("done");
  }
}
