package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.World;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.Backup;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.local.LocalStore;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule 4: ids never collide and never run backwards; nothing published is overwritten. */
@Timeout(60)
class SafetyRule04IdsNeverCollideOrRunBackwardsTest {
  @TempDir private Path folder;
  private World world;
  private final SettableClock clock = new SettableClock("2026-03-29T01:30:00.500Z");
  private final List<String> warnings = new ArrayList<>();
  private BackupHelper backups;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    LiveDatabase.make(world.database("a.db"), "wal", "new", 5);
    backups =
        world
            .builder(List.of("a.db"))
            .clock(clock)
            .listener(
                event -> {
                  if (event instanceof BackupEvent.Warning warning) {
                    warnings.add(warning.message());
                  }
                })
            .build();
  }

  private String newId() {
    return backups.create().id().value();
  }

  @Test
  void sameInstant_givesTheNextMilliseconds() {
    assertThat(List.of(newId(), newId(), newId()))
        .containsExactly("20260329-013000-500", "20260329-013000-501", "20260329-013000-502");
    assertThat(backups.verifyAll().files()).hasSize(3);
    assertThat(backups.list())
        .extracting(backup -> backup.manifest().date())
        .containsOnly(Instant.parse("2026-03-29T01:30:00.500Z"));
  }

  @Test
  void clockSetBack_idsGoOnFromTheNewestAndEachCreateSaysSo() {
    newId();
    assertThat(warnings).isEmpty();
    clock.set("2025-12-31T23:59:59.999Z");

    assertThat(newId()).isEqualTo("20260329-013000-501");
    assertThat(newId()).isEqualTo("20260329-013000-502");

    assertThat(warnings).hasSize(2);
    assertThat(warnings.get(0))
        .isEqualTo(
            "the clock stands behind the newest backup 20260329-013000-500: ids go on from there,"
                + " the date of this backup is the clock's");
    assertThat(backups.list().get(0).manifest().date())
        .isEqualTo(Instant.parse("2025-12-31T23:59:59.999Z"));
  }

  @Test
  void endOfAYear_isNoObstacle() {
    clock.set("2026-12-31T23:59:59.999Z");
    newId();

    assertThat(newId()).isEqualTo("20270101-000000-000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.db.backup.20260329-013000-500",
        "other.db.backup.20260329-013000-500.sha256",
        "backup-metadata.20260329-013000-500.json",
        "backup-checks.20260329-013000-500.json",
        "backup-pin.20260329-013000-500",
        ".open-20260329-013000-500.json"
      })
  void nameThatIsTaken_isLeftAlone(String name) throws Exception {
    Files.createDirectories(world.store());
    Path taken = Files.writeString(world.store().resolve(name), "precious");

    Backup backup = world.builder(List.of("a.db")).clock(clock).build().create();

    assertThat(backup.id().value()).isEqualTo("20260329-013000-501");
    assertThat(Files.readString(taken)).isEqualTo("precious");
  }

  @Test
  void publishedFile_isNeverReplaced() throws Exception {
    LocalStore store = LocalStore.in(world.store());
    store.create();
    Files.writeString(world.store().resolve("artifact"), "precious");
    try (StagedFile staged = store.stage()) {
      Files.writeString(staged.path(), "other");

      assertThatThrownBy(() -> staged.publish("artifact"))
          .isInstanceOf(FileAlreadyExistsException.class);
    }

    assertThat(Files.readString(world.store().resolve("artifact"))).isEqualTo("precious");
    assertThat(store.createNew("artifact", new byte[0])).isFalse();
    assertThat(Files.readString(world.store().resolve("artifact"))).isEqualTo("precious");
  }
}
