package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.crash.CrashingProcess;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.Scenario;
import dev.backuphelper.crash.StoreDecorator;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.source.TargetState;
import dev.backuphelper.store.local.LocalStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A dry run of a restore says what would stand in its way, and changes nothing at all. */
@Timeout(60)
class RestoreDryRunTest {
  @TempDir private Path folder;
  private World world;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
  }

  private BackupHelper backups() {
    return world.backups(List.of("a.db"));
  }

  private static RestoreRequest dry(BackupId id) {
    return RestoreRequest.of(id).dryRun().build();
  }

  /** Returns the digest of each file, but for locks, which say who holds them. */
  private Map<String, String> files() {
    Map<String, String> files = new TreeMap<>();
    for (Path place : List.of(world.store(), world.data())) {
      for (String name : LiveDatabase.names(place)) {
        if (!name.startsWith(".lock")) {
          files.put(name, DigestUtils.sha256Hex(Harm.bytes(place.resolve(name))));
        }
      }
    }
    return files;
  }

  @Test
  void leftovers_areNotSwept() throws Exception {
    Scenario.CREATE_ONE.prepare(world);
    BackupId id = backups().list().get(0).id();
    CrashingProcess.crash(Scenario.CREATE_ONE, world, "create: copied a.db");
    Map<String, String> before = files();
    assertThat(before.keySet()).anyMatch(name -> name.startsWith(".intent-"));

    backups().restore(dry(id));

    assertThat(files()).isEqualTo(before);
  }

  @Test
  void backupThatIsNamedInstead_isNotRecordedAsChecked() {
    LiveDatabase.make(world.database("a.db"), "delete", "new", 40);
    Backup good = backups().create();
    Backup bad = backups().create();
    Harm.flipBit(Harm.artifact(world, bad));
    Map<String, String> before = files();

    CorruptBackupException refused =
        catchThrowableOfType(CorruptBackupException.class, () -> backups().restore(dry(bad.id())));

    assertThat(refused.hint().orElseThrow()).contains(good.id().value());
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void openPlanThatWouldBeReplaced_isTold() throws Exception {
    Scenario.RESTORE_TWO.prepare(world);
    BackupHelper both = world.backups(List.of("a.db", "b.db"));
    BackupId id = World.manual(both).get(0);
    CrashingProcess.crash(Scenario.RESTORE_TWO, world, "restore: target-done a.db");
    Map<String, String> before = files();

    RestoreReport report = both.restore(dry(id));

    assertThat(report.outcome()).isEqualTo(RestoreOutcome.UNCHANGED);
    String database = world.database("a.db").toRealPath().toString();
    assertThat(report.warnings())
        .anySatisfy(
            warning ->
                assertThat(warning)
                    .contains(database, "is open; this restore would take its place"));
    assertThat(files()).isEqualTo(before);
    assertThat(both.openPlans()).hasSize(1);
  }

  @Test
  void openPlanThatCoversMore_isRefusedAsInEarnest() throws Exception {
    Scenario.RESTORE_TWO.prepare(world);
    BackupId ofOne = backups().create().id();
    CrashingProcess.crash(Scenario.RESTORE_TWO, world, "restore: target-done a.db");

    RefusedException refused =
        catchThrowableOfType(RefusedException.class, () -> backups().restore(dry(ofOne)));

    assertThat(refused).hasMessageContaining("was interrupted, and is open for");
  }

  private BackupHelper withRoomFor(long bytes) {
    return world
        .builder(List.of("a.db"))
        .store(
            new StoreDecorator(LocalStore.in(world.store())) {
              @Override
              public long usableSpace() {
                return bytes;
              }
            })
        .build();
  }

  @Test
  void noRoom_isToldAsInEarnest() {
    LiveDatabase.make(world.database("a.db"), "delete", "new", 40);
    BackupId id = backups().create().id();
    Path plain = Harm.artifact(world, backups().list().get(0));
    long enough = (1 << 20) + 2 * Harm.size(plain);

    for (RestoreRequest request :
        List.of(
            dry(id),
            RestoreRequest.ofFile(plain).to(world.database("none/copy.db")).dryRun().build())) {
      BackupException failure =
          catchThrowableOfType(BackupException.class, () -> withRoomFor(1 << 20).restore(request));

      assertThat(failure.code()).isEqualTo(ErrorCode.NO_SPACE);
      assertThat(failure).hasMessageContaining("no room for the restore");
      assertThat(withRoomFor(enough).restore(request).outcome())
          .isEqualTo(RestoreOutcome.UNCHANGED);
    }
    assertThat(world.database("none")).doesNotExist();
  }

  @Test
  void folderThatIsMissing_staysMissing_andLinksAreResolved() throws Exception {
    LiveDatabase.make(world.database("a.db"), "delete", "new", 40);
    BackupId id = backups().create().id();
    Path link = Files.createSymbolicLink(world.database("link.db"), world.database("a.db"));
    Path missing = world.database("none/deeper/copy.db");

    RestoreReport there = backups().restore(RestoreRequest.of(id).to(link).dryRun().build());
    RestoreReport nowhere = backups().restore(RestoreRequest.of(id).to(missing).dryRun().build());

    assertThat(there.restored().get(0).target()).isEqualTo(world.database("a.db").toRealPath());
    assertThat(there.restored().get(0).before()).isEqualTo(TargetState.DATABASE);
    assertThat(nowhere.restored().get(0).target()).isEqualTo(missing);
    assertThat(nowhere.restored().get(0).before()).isEqualTo(TargetState.MISSING);
    assertThat(world.database("none")).doesNotExist();
  }
}
