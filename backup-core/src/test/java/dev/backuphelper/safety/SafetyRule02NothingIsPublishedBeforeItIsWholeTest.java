package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.WatchedStore;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.Backup;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.store.local.LocalStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 2: nothing is published before it is whole, checked and on disk; the manifest last. A source
 * that fails its own checks is published as damaged, and never counts as verified.
 */
@Timeout(60)
class SafetyRule02NothingIsPublishedBeforeItIsWholeTest {
  @TempDir private Path folder;
  private World world;
  private Path first;
  private final List<String> happened = new ArrayList<>();

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    first = LiveDatabase.make(world.database("a.db"), "delete", "new", 40);
    LiveDatabase.make(world.database("b.db"), "wal", "new", 40);
  }

  private BackupHelper.Builder watched() {
    return world
        .builder(List.of("a.db", "b.db"))
        .store(new WatchedStore(LocalStore.in(world.store()), this::note))
        .listener(
            event -> {
              if (event instanceof BackupEvent.Step step) {
                note("step " + step.step() + " " + step.subject());
              }
            });
  }

  private void note(String what) {
    happened.add(what.replaceAll("\\d{8}-\\d{6}-\\d{3}", "ID"));
    BackupHelper reader = world.backups(List.of());
    if (what.startsWith("store put backup-metadata.") && what.endsWith(".json")) {
      assertThat(reader.verifyAll().files()).as("whole from the first moment").hasSize(2);
      assertThat(reader.verifyAll().allValid()).isTrue();
    } else if (!happened.contains("store put backup-metadata.ID.json")) {
      assertThat(reader.listing().backups()).as("before its manifest").isEmpty();
    }
  }

  @Test
  void manifest_isTheLastOfTheFilesToAppear() {
    watched().build().create();

    int manifest = happened.indexOf("store put backup-metadata.ID.json");
    assertThat(happened.subList(manifest + 1, happened.size()))
        .noneMatch(what -> what.matches("store (put|created|published|renamed|staged) .*"));
    assertThat(happened.subList(0, manifest))
        .contains(
            "store published a.db.backup.ID",
            "store put a.db.backup.ID.sha256",
            "store published b.db.backup.ID",
            "store put b.db.backup.ID.sha256",
            "store put backup-checks.ID.json",
            "store put backup-metadata.ID.json.sha256");
  }

  @Test
  void intent_isTheFirstFileToAppearAndTheLastToGo() {
    watched().build().create();

    assertThat(happened.stream().filter(what -> what.startsWith("store ")))
        .startsWith("store created .intent-ID.json")
        .endsWith("store deleted .intent-ID.json");
  }

  @Test
  void everyImage_isCheckedBeforeTheFirstIsPublished() {
    watched().build().create();

    assertThat(happened)
        .containsSubsequence(
            "step checked a.db", "step checked b.db", "store published a.db.backup.ID");
  }

  @Test
  void copyThatFailsHalfWay_leavesNothing() {
    BackupHelper backups =
        BackupHelper.builder()
            .source(
                AlteredSource.copying(
                    first,
                    (snapshot, file, progress) -> {
                      snapshot.copyTo(file, progress);
                      throw new IOException("the cable was pulled");
                    }))
            .directory(world.store())
            .build();

    assertThatThrownBy(backups::create)
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("the cable was pulled");

    assertThat(backups.list()).isEmpty();
    assertThat(LiveDatabase.names(world.store())).containsExactly(".lock");
  }

  @Test
  void sourceThatFailsItsChecks_isPublishedAsDamagedAndNeverCountsAsVerified() {
    Harm.damage(first);
    List<String> warnings = new ArrayList<>();
    BackupHelper backups =
        world
            .builder(List.of("a.db"))
            .listener(
                event -> {
                  if (event instanceof BackupEvent.Warning warning) {
                    warnings.add(warning.message());
                  }
                })
            .build();

    Backup damaged = backups.create();

    assertThat(damaged.damaged()).isTrue();
    assertThat(damaged.verified()).isFalse();
    assertThat(warnings).anyMatch(text -> text.contains("is damaged, because the database itself"));
    assertThat(backups.verify(damaged.id()).allValid()).isFalse();
    assertThat(backups.list()).noneMatch(Backup::verified);
  }

  @Test
  void damagedDatabase_servesAsSafetyCopyBeforeARestore() {
    BackupHelper backups = world.backups(List.of("a.db"));
    Backup good = backups.create();
    Harm.damage(first);

    RestoreReport report = backups.restore(good.id());

    assertThat(LiveDatabase.content(first)).isEqualTo("ok: new x 40");
    Backup safety = backups.find(report.safetyBackup().orElseThrow()).orElseThrow();
    assertThat(safety.damaged()).isTrue();
    assertThat(safety.verified()).isFalse();
  }
}
