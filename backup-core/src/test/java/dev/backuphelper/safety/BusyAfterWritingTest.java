package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.Scenario;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A target that is busy was not changed, and is left out when targets are undone. One that is busy
 * only after it was written must not pass for that.
 */
@Timeout(60)
class BusyAfterWritingTest {
  private static final String OLD = "ok: old x 80";
  private static final String NEW = "ok: new x 40";

  @TempDir private Path folder;
  private World world;
  private final List<Path> written = new ArrayList<>();
  private boolean busyNow;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    Scenario.RESTORE_TWO.prepare(world);
  }

  /** Makes a source whose target does something more once it is written for the first time. */
  private AlteredSource source(String name, AfterWriting more) {
    return new AlteredSource(
        SqliteSource.of(world.database(name)),
        (snapshot, file, progress) -> {
          if (busyNow) {
            busyNow = false;
            throw new SourceBusyException("busy on cue");
          }
          snapshot.copyTo(file, progress);
        },
        (target, order) -> {
          Target.Written how = target.write(order);
          if (!written.contains(target.path())) {
            written.add(target.path());
            more.happen(target.path());
          }
          return how;
        });
  }

  private interface AfterWriting {
    void happen(Path target) throws IOException;
  }

  private BackupHelper helper(AlteredSource... sources) {
    return BackupHelper.builder()
        .sources(List.of(sources))
        .directory(world.store())
        .lockTimeout(Duration.ofMillis(300))
        .build();
  }

  private BackupId both() {
    return World.manual(world.backups(List.of("a.db", "b.db"))).get(0);
  }

  private String content(String name) {
    return LiveDatabase.content(world.database(name));
  }

  @Test
  void one_isGivenItsFormerContentBack() {
    AlteredSource altered = source("b.db", target -> busyNow = true);
    BackupId id = world.backups(List.of("b.db")).create().id();
    LiveDatabase.fill(world.database("b.db"), "later", 5);
    BackupHelper backups = helper(altered);

    RestoreFailedException failure =
        catchThrowableOfType(RestoreFailedException.class, () -> backups.restore(id));

    assertThat(failure).hasMessageContaining("busy on cue");
    assertThat(failure.code()).isEqualTo(ErrorCode.RESTORE_FAILED);
    assertThat(failure.outcome()).isEqualTo(RestoreOutcome.ROLLED_BACK);
    assertThat(backups.find(failure.safetyBackup().orElseThrow())).isPresent();
    assertThat(content("b.db")).isEqualTo("ok: later x 5");
    assertThat(backups.openPlans()).isEmpty();
  }

  @Test
  void theSecondOfTwo_bothAreGivenTheirFormerContentBack() {
    AfterWriting busy = target -> busyNow = target.endsWith("b.db");
    BackupHelper backups = helper(source("a.db", busy), source("b.db", busy));

    RestoreFailedException failure =
        catchThrowableOfType(RestoreFailedException.class, () -> backups.restore(both()));

    assertThat(written).hasSize(2);
    assertThat(failure.outcome()).isEqualTo(RestoreOutcome.ROLLED_BACK);
    assertThat(failure.safetyBackup()).isPresent();
    assertThat(List.of(content("a.db"), content("b.db"))).containsOnly(OLD);
    assertThat(backups.openPlans()).isEmpty();
  }

  @Test
  void stayingLocked_isUnknown_namesTheSafetyBackup_andIsRecovered() throws SQLException {
    List<Connection> holders = new ArrayList<>();
    AfterWriting lock =
        target -> {
          if (target.endsWith("b.db")) {
            Connection holder = LiveDatabase.open(target);
            LiveDatabase.run(holder, "BEGIN EXCLUSIVE");
            holders.add(holder);
          }
        };
    BackupHelper backups = helper(source("a.db", lock), source("b.db", lock));

    RestoreFailedException failure =
        catchThrowableOfType(RestoreFailedException.class, () -> backups.restore(both()));

    assertThat(holders).hasSize(1);
    holders.get(0).close();
    assertThat(failure.outcome()).isEqualTo(RestoreOutcome.UNKNOWN);
    BackupId safety = failure.safetyBackup().orElseThrow();
    assertThat(failure.hint().orElseThrow())
        .contains("stays open", "What was there is the safety backup " + safety);
    assertThat(content("b.db")).as("it was written, after all").isEqualTo(NEW);
    assertThat(backups.openPlans()).hasSize(1);

    assertThat(backups.recover().open()).as("the first was undone, but by nobody else").isEmpty();

    assertThat(List.of(content("a.db"), content("b.db"))).containsOnly(NEW);
    assertThat(backups.openPlans()).isEmpty();
  }
}
