package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.source.SourceUnreadableException;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.TargetState;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A target that opens as a database, but of which no safety backup can be made, because some of its
 * pages cannot be read: it is kept aside whole, never written into.
 */
@Timeout(60)
class UnreadablePagesTest {
  private static final String NEW = "ok: new x 40";

  @TempDir private Path folder;
  private World world;
  private Path database;
  private BackupId id;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    database = LiveDatabase.make(world.database("a.db"), "wal", "new", 40);
    id = world.backups(List.of("a.db")).create().id();
    LiveDatabase.fill(database, "old", 80);
  }

  private void requireKeptAside(RestoreReport report, byte[] before) {
    RestoreReport.Restored target = report.restored().get(0);
    assertThat(report.outcome()).isEqualTo(RestoreOutcome.RESTORED);
    assertThat(report.safetyBackup()).isEmpty();
    assertThat(report.warnings()).anyMatch(text -> text.startsWith("kept aside, because"));
    assertThat(target.before()).isEqualTo(TargetState.UNREADABLE);
    assertThat(Harm.bytes(target.keptAside().orElseThrow())).isEqualTo(before);
    assertThat(LiveDatabase.content(database)).isEqualTo(NEW);
    assertThat(world.backups(List.of("a.db")).openPlans()).isEmpty();
  }

  /** SQLite knows that there are pages in the log, and finds no bytes there. */
  @Test
  void pageCannotBeRead_theFileIsKeptAside() {
    LiveDatabase.leaveInLog(database, "INSERT INTO t(tag) VALUES ('logged')");
    byte[] before = Harm.bytes(database);
    BackupHelper backups =
        world
            .builder(List.of("a.db"))
            .listener(
                event -> {
                  if (event instanceof BackupEvent.Step step
                      && step.step().equals("snapshot-open")) {
                    truncate(LiveDatabase.sidecar(database, "-wal"), 100);
                  }
                })
            .build();

    requireKeptAside(backups.restore(id), before);
  }

  private static void truncate(Path file, long size) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void truncatedBelowItsPageCount_theFileIsKeptAside() {
    LiveDatabase.run(database, "PRAGMA journal_mode=DELETE");
    truncate(database, 20 * 512);
    byte[] before = Harm.bytes(database);

    RestoreReport report = world.backups(List.of("a.db")).restore(id);

    assertThat(Harm.bytes(report.restored().get(0).keptAside().orElseThrow())).isEqualTo(before);
    assertThat(LiveDatabase.content(database)).isEqualTo(NEW);
  }

  private BackupHelper unreadableOnCue(AlteredSource.Writing writing) {
    AlteredSource source =
        new AlteredSource(
            SqliteSource.of(database),
            (snapshot, file, progress) -> {
              throw new SourceUnreadableException("unreadable on cue");
            },
            writing);
    return BackupHelper.builder().source(source).directory(world.store()).build();
  }

  @Test
  void copyFails_theDatabaseIsNotWrittenThrough() {
    byte[] before = Harm.bytes(database);

    requireKeptAside(unreadableOnCue(Target::write).restore(id), before);
  }

  @Test
  void restoreFailsAfterwards_theFileIsBroughtBack() {
    byte[] before = Harm.bytes(database);
    BackupHelper backups =
        unreadableOnCue(
            (target, order) -> {
              target.write(order);
              throw new IOException("failed on cue");
            });

    RestoreFailedException failure =
        catchThrowableOfType(RestoreFailedException.class, () -> backups.restore(id));

    assertThat(failure.outcome()).isEqualTo(RestoreOutcome.ROLLED_BACK);
    assertThat(Harm.bytes(database)).isEqualTo(before);
    assertThat(backups.openPlans()).isEmpty();
  }

  @Test
  void oneOfTwoCannotBeRead_nothingIsRestored() {
    LiveDatabase.make(world.database("b.db"), "wal", "new", 40);
    BackupId both = world.backups(List.of("a.db", "b.db")).create().id();
    LiveDatabase.leaveInLog(database, "INSERT INTO t(tag) VALUES ('logged')");
    BackupHelper backups =
        world
            .builder(List.of("a.db", "b.db"))
            .listener(
                event -> {
                  if (event instanceof BackupEvent.Step step
                      && step.step().equals("snapshot-open")) {
                    truncate(LiveDatabase.sidecar(database, "-wal"), 100);
                  }
                })
            .build();

    BackupException failure =
        catchThrowableOfType(BackupException.class, () -> backups.restore(both));

    assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
    assertThat(LiveDatabase.content(world.database("b.db"))).isEqualTo(NEW);
    assertThat(backups.openPlans()).isEmpty();
  }
}
