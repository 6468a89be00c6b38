package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.fault.Faults.Kind;
import dev.backuphelper.fault.Faults.Span;
import dev.backuphelper.internal.io.Writeback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class WritebackTest {
  private static final long LARGE = 1L << 30;
  private static final long SMALL = 1L << 20;
  private static final long NEVER = Long.MAX_VALUE;

  private final Faults faults = new Faults();
  private Path file;

  @BeforeEach
  void makeFile(@TempDir Path folder) throws IOException {
    file = new FaultyFileSystem(faults).path(Files.createFile(folder.resolve("staged")));
  }

  @Test
  void aDiskThatFailsWhileAnotherWritesIsToldAtTheEnd() throws IOException {
    Writeback writeback = writeback(2, LARGE);

    assertThatThrownBy(writeback::close).isInstanceOf(IOException.class);

    assertThat(faults.fired()).isTrue();
    assertThat(faults.open()).isEmpty();
  }

  @Test
  void aLargeFileIsForcedAtLeastOnceAndNoLongerOpenAfterwards() throws IOException {
    writeback(NEVER, LARGE).close();

    assertThat(faults.count()).isGreaterThanOrEqualTo(2);
    assertThat(faults.open()).isEmpty();
  }

  @Test
  void aSmallFileIsLeftAlone() throws IOException {
    writeback(1, SMALL).close();

    assertThat(faults.count()).isZero();
  }

  @Test
  void aThreadThatWasInterruptedStillWaitsAndStaysInterrupted() throws IOException {
    Writeback writeback = writeback(NEVER, LARGE);
    Thread.currentThread().interrupt();

    writeback.close();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(faults.open()).isEmpty();
  }

  /** Opening is the first operation, forcing the second. */
  private Writeback writeback(long failing, long size) throws IOException {
    faults.arm(Kind.FAIL, failing, Span.ONCE);
    return Writeback.of(file, size);
  }
}
