package dev.backuphelper.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Component;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.ChildJvm;
import dev.backuphelper.testing.Effort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Backups of databases that others go on writing. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class BackupUnderWritersTest {
  @TempDir private Path folder;
  private World world;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
  }

  private String ask(Component component, String sql) {
    // The artifact asks for no log, so reading it leaves nothing beside it.
    return LiveDatabase.ask(world.store().resolve(component.file()), sql);
  }

  @ParameterizedTest
  @EnumSource
  void backups_whileMoneyIsMoved_allHoldTheSameTotal(BackupType type) throws Exception {
    CreateRequest request = CreateRequest.builder().type(type).build();
    int wanted = Effort.of(type == BackupType.FULL ? 20 : 8, type == BackupType.FULL ? 500 : 100);
    Path database = world.database("money.db");
    Mover.prepare(database);
    BackupHelper backups = world.backups(List.of("money.db"));
    List<Backup> made = new ArrayList<>();
    try (ChildJvm mover = Mover.start(world, "money.db")) {
      for (int count = 0; count < wanted; count++) {
        long before = moves(database);
        Awaitility.await()
            .atMost(Duration.ofSeconds(30))
            .pollInterval(Duration.ofMillis(1))
            .until(() -> moves(database) > before);
        made.add(backups.create(request));
      }
      mover.kill();
    }

    TreeSet<Long> moves = new TreeSet<>();
    for (Backup backup : made) {
      Path restored = folder.resolve(backup.id() + ".db");
      backups.restore(RestoreRequest.of(backup.id()).to(restored).build());
      assertThat(LiveDatabase.ask(restored, Mover.SUM)).isEqualTo(String.valueOf(Mover.TOTAL));
      moves.add(Long.parseLong(LiveDatabase.ask(restored, "SELECT n FROM moves")));
      Files.delete(restored);
    }
    assertThat(moves).as("each backup shows another moment").hasSize(wanted);
    assertThat(backups.verifyAll().allValid()).isTrue();
    assertThat(made.get(wanted - 1).type()).isEqualTo(type);
    Effort.report(
        "%d backups hold the same total after %d to %d moves"
            .formatted(wanted, moves.first(), moves.last()));
  }

  private static long moves(Path database) {
    return Long.parseLong(LiveDatabase.ask(database, "SELECT n FROM moves"));
  }

  @Test
  void severalWalDatabases_allBeginBeforeTheFirstIsCopied() {
    List<String> names = List.of("a.db", "b.db", "c.db");
    names.forEach(name -> LiveDatabase.make(world.database(name), "wal", "before", 10));
    BackupHelper backups =
        BackupHelper.builder()
            .sources(names.stream().map(name -> SqliteSource.of(world.database(name))).toList())
            .directory(world.store())
            .listener(event -> writeOnceTheFirstIsCopied(event, names))
            .build();

    Backup backup = backups.create();

    for (Component component : backup.components()) {
      assertThat(ask(component, "SELECT DISTINCT tag FROM t")).isEqualTo("before");
    }
    for (String name : names) {
      assertThat(LiveDatabase.content(world.database(name))).isEqualTo("ok: after x 5");
    }
  }

  private void writeOnceTheFirstIsCopied(BackupEvent event, List<String> names) {
    if (event instanceof BackupEvent.Step step
        && step.step().equals("copied")
        && "a.db".equals(step.subject())) {
      names.forEach(name -> LiveDatabase.fill(world.database(name), "after", 5));
    }
  }

  @Test
  void walDatabase_isWrittenWhileItIsCopied() {
    Path database = LiveDatabase.make(world.database("a.db"), "wal", "before", 10);
    List<String> written = new ArrayList<>();
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(database))
            .directory(world.store())
            .listener(
                event -> {
                  if (event instanceof BackupEvent.Progressed && written.isEmpty()) {
                    LiveDatabase.fill(database, "after", 5);
                    written.add("during the copy");
                  }
                })
            .build();

    Backup backup = backups.create();

    assertThat(written).hasSize(1);
    assertThat(ask(backup.components().get(0), "SELECT DISTINCT tag FROM t")).isEqualTo("before");
    assertThat(LiveDatabase.content(database)).isEqualTo("ok: after x 5");
  }
}
