package dev.backuphelper.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.event.BackupEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {
  private static final long MEBI = 1 << 20;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicLong nanos = new AtomicLong();
  private final ProgressDisplay display =
      ProgressDisplay.on(new PrintStream(err, true, UTF_8), nanos::get);

  @Test
  void short_work_shows_nothing() {
    display.show(new BackupEvent.Progressed("create", "app.db", MEBI, 64 * MEBI));
    display.clear();

    assertThat(err.size()).isZero();
  }

  @Test
  void large_work_shows_a_bar() {
    display.show(new BackupEvent.Progressed("create", "app.db", MEBI, 65 * MEBI));
    display.show(new BackupEvent.Progressed("create", "app.db", 65 * MEBI, 65 * MEBI));
    display.clear();

    assertThat(err.toString(UTF_8)).contains("create app.db").contains("65/65 MiB");
  }

  @Test
  void long_work_shows_a_bar() {
    nanos.set(5_000_000_000L);
    display.show(new BackupEvent.Progressed("create", "app.db", 1, 3));
    assertThat(err.size()).isZero();
    nanos.set(6_100_000_000L);
    display.show(new BackupEvent.Progressed("create", "app.db", 2, 3));
    display.clear();

    assertThat(err.toString(UTF_8)).contains("create app.db");
  }

  @Test
  void each_work_has_a_bar_of_its_own() {
    display.show(new BackupEvent.Progressed("create", "one.db", 1, 65 * MEBI));
    display.show(new BackupEvent.Progressed("create", "two\u001b.db", 1, 65 * MEBI));
    display.clear();

    assertThat(err.toString(UTF_8)).contains("create one.db").contains("create two?.db");
  }

  @Test
  void off_shows_nothing() {
    ProgressDisplay off = ProgressDisplay.off();
    off.show(new BackupEvent.Progressed("create", "app.db", 1, 65 * MEBI));
    off.clear();

    assertThat(err.size()).isZero();
  }
}
