package dev.backuphelper.cli;

import dev.backuphelper.event.BackupEvent;
import java.io.PrintStream;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar on a terminal for work that is long. Used by one thread. */
final class ProgressDisplay {
  private static final long LONG_WORK_BYTES = 64L << 20;
  private static final long LONG_WORK_NANOS = 1_000_000_000L;
  private static final int WIDTH = 79;

  private final @Nullable PrintStream err;
  private final LongSupplier nanoTime;
  private @Nullable ProgressBar bar;
  private String task = "";
  private long started;

  private ProgressDisplay(@Nullable PrintStream err, LongSupplier nanoTime) {
    this.err = err;
    this.nanoTime = nanoTime;
  }

  /** Returns a display on a terminal. */
  static ProgressDisplay on(PrintStream err, LongSupplier nanoTime) {
    return new ProgressDisplay(err, nanoTime);
  }

  /** Returns a display that shows nothing. */
  static ProgressDisplay off() {
    return new ProgressDisplay(null, () -> 0);
  }

  /** Shows how far the work is, once it has proved to be long. */
  void show(BackupEvent.Progressed progressed) {
    if (err == null) {
      return;
    }
    begin(progressed.operation() + " " + Format.printable(progressed.subject()));
    if (bar == null && isLong(progressed)) {
      bar = draw(err, task, progressed.totalBytes());
    }
    if (bar != null) {
      bar.maxHint(progressed.totalBytes());
      bar.stepTo(progressed.doneBytes());
    }
  }

  /** Takes the bar away, so that text can be printed. */
  void clear() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  private void begin(String next) {
    if (!task.equals(next)) {
      clear();
      task = next;
      started = nanoTime.getAsLong();
    }
  }

  private boolean isLong(BackupEvent.Progressed progressed) {
    return progressed.totalBytes() > LONG_WORK_BYTES
        || nanoTime.getAsLong() - started > LONG_WORK_NANOS;
  }

  // With a consumer and a width of its own it does not look for a terminal, which takes native
  // code.
  private static ProgressBar draw(PrintStream err, String task, long total) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .setUnit(" MiB", 1L << 20)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(250)
        .setMaxRenderedLength(WIDTH)
        .setConsumer(new ConsoleProgressBarConsumer(err, WIDTH))
        .clearDisplayOnFinish()
        .build();
  }
}
