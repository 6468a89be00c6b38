package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.fault.Faults.Kind;
import dev.backuphelper.fault.Faults.Span;
import dev.backuphelper.source.Progress;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.SourceUnreadableException;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A copy fails because the database or the disk of the copy does; SQLite says not which. A database
 * must not be called unreadable for the other disk's sake.
 */
@Timeout(60)
class UnreadableDatabaseTest {
  @TempDir private Path folder;
  private final Faults faults = new Faults();
  private Path database;
  private Path copy;

  @BeforeEach
  void prepare() throws IOException {
    database = LiveDatabase.make(folder.resolve("a.db"), "wal", "old", 40);
    LiveDatabase.leaveInLog(database, "INSERT INTO t(tag) VALUES ('logged')");
    copy = new FaultyFileSystem(faults).path(Files.createFile(folder.resolve("copy")));
  }

  /** SQLite knows that there are pages in the log, and finds no bytes there. */
  private IOException failure() throws IOException {
    try (Snapshot snapshot = SqliteSource.of(database).open(Duration.ofSeconds(5))) {
      try (FileChannel log =
          FileChannel.open(LiveDatabase.sidecar(database, "-wal"), StandardOpenOption.WRITE)) {
        log.truncate(100);
      }
      return catchThrowableOfType(IOException.class, () -> snapshot.copyTo(copy, Progress.NONE));
    }
  }

  @Test
  void copyTakesAllBytes_theDatabaseIsUnreadable() throws IOException {
    assertThat(failure())
        .isInstanceOf(SourceUnreadableException.class)
        .hasMessage(database + " cannot be read to its end: input or output failed (10)");
  }

  /** The copy is opened, written and forced. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void copyCannotBeWritten_theDatabaseIsNotBlamed(long nth) throws IOException {
    faults.arm(Kind.FAIL, nth, Span.ONCE);

    assertThat(failure())
        .isNotInstanceOf(SourceUnreadableException.class)
        .hasMessageContaining("SQLITE_IOERR");

    assertThat(faults.fired()).isTrue();
    assertThat(faults.open()).isEmpty();
  }
}
