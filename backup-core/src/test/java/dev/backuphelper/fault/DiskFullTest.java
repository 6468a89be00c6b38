package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.local.LocalStore;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.Folders;
import dev.backuphelper.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A full disk harms no existing backup and no target (rule 11). A small disk is really filled where
 * one can be mounted; elsewhere the fault layer says that it is full, which SQLite does not hear.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DiskFullTest {
  private static final int DISK_MEGABYTES = 4;
  private static final long PLENTY = 1L << 40;

  private final Faults faults = new Faults();
  private final FaultyFileSystem files = new FaultyFileSystem(faults);
  private Path root;
  private Path small;
  private Optional<SmallDisk> disk;

  @BeforeEach
  void mount() throws IOException {
    root = Folders.create();
    small = Files.createDirectory(root.resolve("small"));
    disk = SmallDisk.mount(small, DISK_MEGABYTES);
    faults.onlyBelow(small);
    Effort.report(
        "disk full: %s"
            .formatted(disk.isPresent() ? "on a tmpfs of 4 MB" : "by the fault layer, no mount"));
  }

  @AfterEach
  void unmount() throws IOException {
    if (disk.isPresent()) {
      disk.get().close();
    }
    Folders.delete(root);
  }

  /** The check before the work refuses; nothing is begun. */
  @Test
  void aCreateThatCannotFitIsRefused() throws IOException {
    Path database = database(root, "app.db", true);
    Path store = small.resolve("backups");
    BackupHelper helper = helper(LocalStore.in(files.path(store)), database);
    Backup first = helper.create();
    Set<String> before = Folders.names(store);
    files.pretendUsableSpace(200_000);

    assertNoSpace(catchThrowableOfType(BackupException.class, helper::create));

    assertThat(Folders.names(store)).isEqualTo(before);
    assertThat(helper.list()).extracting(Backup::id).containsExactly(first.id());
    assertThat(helper.verifyAll().allValid()).isTrue();
  }

  /** Neither is an older file of the folder taken, only because it would fit. */
  @ParameterizedTest
  @ValueSource(strings = {"dumps/new.db", "dumps"})
  void aPlainFileThatCannotFitIsNotCopied(String from) throws IOException {
    Path dumps = Files.createDirectory(root.resolve("dumps"));
    Databases.create(dumps.resolve("old.db"), false, 512);
    Files.setLastModifiedTime(dumps.resolve("old.db"), FileTime.fromMillis(0));
    Path dump = database(dumps, "new.db", false);
    Path store = Files.createDirectory(small.resolve("backups"));
    BackupHelper helper = helper(LocalStore.in(files.path(store)), dump);
    files.pretendUsableSpace(200_000);

    BackupException failure =
        catchThrowableOfType(
            BackupException.class,
            () ->
                helper.restore(
                    RestoreRequest.ofFile(root.resolve(from))
                        .to(root.resolve("target.db"))
                        .build()));

    assertNoSpace(failure);
    assertThat(failure).hasMessageStartingWith("no room for a copy of " + dump);
    assertThat(root.resolve("target.db")).doesNotExist();
    assertThat(Folders.names(store)).containsExactly(".lock");
  }

  @Test
  void aCreateThatRunsOutOfSpaceLeavesNothing() throws IOException {
    Path database = database(root, "app.db", true);
    Path store = small.resolve("backups");
    BackupHelper helper = helper(LocalStore.in(files.path(store)), database);
    Backup first = helper.create();
    Set<String> before = Folders.names(store);
    files.pretendUsableSpace(PLENTY);
    int failed = 0;
    boolean succeeded = false;
    for (long room = 0; !succeeded; room += step(database)) {
      fill(room);
      BackupException failure = catchThrowableOfType(BackupException.class, helper::create);
      free();
      if (failure == null) {
        succeeded = true;
      } else {
        failed++;
        assertNoSpace(failure);
        assertThat(Folders.names(store)).as("with %d bytes free", room).isEqualTo(before);
        assertThat(helper.listing().unreadable()).isEmpty();
        assertThat(helper.list()).extracting(Backup::id).containsExactly(first.id());
      }
      assertThat(helper.verifyAll().allValid()).isTrue();
    }
    assertThat(failed).isGreaterThanOrEqualTo(3);
    assertThat(helper.list()).hasSize(2);
    Effort.report("disk full: create failed %d times".formatted(failed));
  }

  /** The journal or log of the database is what needs the room. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRestoreThroughSqliteThatRunsOutOfSpaceChangesNothing(boolean wal) throws IOException {
    Path database = database(small, "app.db", wal);
    BackupHelper helper = helper(LocalStore.in(files.path(root.resolve("backups"))), database);
    Backup first = helper.create();
    Databases.change(database, 2);
    restoreUntilItFits(helper, first, database, false);
  }

  @Test
  void anInstallThatRunsOutOfSpaceLeavesNothing() throws IOException {
    Path database = database(small, "app.db", true);
    BackupHelper helper = helper(LocalStore.in(files.path(root.resolve("backups"))), database);
    Backup first = helper.create();
    Files.delete(database);
    restoreUntilItFits(helper, first, database, false);
  }

  @Test
  void aSafetyBackupThatDoesNotFitStopsTheRestore() throws IOException {
    Path database = database(root, "app.db", true);
    Path store = small.resolve("backups");
    BackupHelper helper = helper(LocalStore.in(files.path(store)), database);
    Backup first = helper.create();
    Databases.change(database, 2);
    String before = Databases.content(database);
    files.pretendUsableSpace(PLENTY);
    Set<String> stored = Folders.names(store);

    fill(disk.isPresent() ? 60_000 : 600);
    BackupException failure =
        catchThrowableOfType(BackupException.class, () -> helper.restore(first.id()));
    free();

    assertNoSpace(failure);
    assertThat(failure).isNotInstanceOf(RestoreFailedException.class);
    assertThat(Databases.content(database)).isEqualTo(before);
    assertThat(Folders.names(store)).isEqualTo(stored);
    assertThat(helper.openPlans()).isEmpty();
    assertThat(helper.verifyAll().allValid()).isTrue();
  }

  /** The plan is recorded in the other folder; the full one is told if it can be. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBackupOnAFullDiskIsRestoredByWayOfAnotherFolder(boolean safetyBackup) throws IOException {
    Path database = database(root, "app.db", true);
    Path store = small.resolve("backups");
    List<String> warnings = new ArrayList<>();
    BackupHelper helper =
        BackupHelper.builder()
            .source(SqliteSource.of(files.path(database)))
            .store(LocalStore.in(files.path(store)))
            .listener(
                event -> {
                  if (event instanceof BackupEvent.Warning warning) {
                    warnings.add(warning.message());
                  }
                })
            .build();
    Backup first = helper.create();
    Databases.change(database, 2);
    Set<String> stored = Folders.names(store);
    RestoreRequest.Builder request =
        RestoreRequest.of(first.id()).safetyDirectory(root.resolve("safe"));
    if (!safetyBackup) {
      request.withoutSafetyBackup();
    }

    fill(0);
    RestoreReport report = helper.restore(request.build());
    free();

    assertThat(report.safetyBackup().isPresent()).isEqualTo(safetyBackup);
    assertThat(Databases.content(database)).startsWith("v1 of 1 ");
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains(".open-", "could not be written in " + store);
    assertThat(Folders.names(store)).isEqualTo(stored);
    assertThat(helper.openPlans()).isEmpty();
  }

  @Test
  void aFullStoreThatIsToRecordTheRestoreIsNamedWithTheWayOut() throws IOException {
    Path database = database(root, "app.db", true);
    Path store = small.resolve("backups");
    BackupHelper helper = helper(LocalStore.in(files.path(store)), database);
    Backup first = helper.create();
    Databases.change(database, 2);
    String before = Databases.content(database);

    fill(0);
    BackupException failure =
        catchThrowableOfType(
            BackupException.class,
            () -> helper.restore(RestoreRequest.of(first.id()).withoutSafetyBackup().build()));
    free();

    assertNoSpace(failure);
    assertThat(failure).hasMessageContaining(".json").hasMessageContaining("written in " + store);
    assertThat(failure.hint().orElseThrow()).contains("--safety-backup-dir", "--no-safety-backup");
    assertThat(Databases.content(database)).isEqualTo(before);
    assertThat(helper.openPlans()).isEmpty();
  }

  /** Then the result of undoing cannot be proven, but what is there is whole all the same. */
  @Test
  void storeAndDatabaseOnOneFullDisk() throws IOException {
    Path database = database(small, "app.db", false);
    BackupHelper helper = helper(LocalStore.in(files.path(small.resolve("backups"))), database);
    Backup first = helper.create();
    Databases.change(database, 2);
    restoreUntilItFits(helper, first, database, true);
  }

  /** Both are the way out of a full disk. */
  @ParameterizedTest
  @ValueSource(strings = {"clean", "delete"})
  void removalWorksOnAFullDisk(String way) throws IOException {
    Path database = database(root, "app.db", true);
    Path store = small.resolve("backups");
    BackupHelper helper = helper(LocalStore.in(files.path(store)), database);
    Backup first = helper.create();
    Backup second = helper.create();
    fill(0);
    assertNoSpace(catchThrowableOfType(BackupException.class, helper::create));

    CleanReport report = way.equals("clean") ? helper.cleanOld(1) : helper.delete(first.id());

    assertThat(report.errors()).isEmpty();
    assertThat(report.removed())
        .extracting(removed -> removed.id())
        .containsExactly(first.id().value());
    assertThat(report.freedBytes()).isGreaterThan(Files.size(database));
    assertThat(Folders.names(store))
        .isNotEmpty()
        .noneMatch(name -> name.contains(first.id().value()));
    assertThat(helper.list()).extracting(Backup::id).containsExactly(second.id());
    free();
    assertThat(helper.verifyAll().allValid()).isTrue();
  }

  private void restoreUntilItFits(
      BackupHelper helper, Backup backup, Path database, boolean mayStayOpen) throws IOException {
    String before = Databases.content(database);
    Set<String> beside = Folders.names(small);
    files.pretendUsableSpace(PLENTY);
    int failed = 0;
    boolean succeeded = false;
    for (long room = leastRoom(); !succeeded; room += step(database)) {
      fill(room);
      BackupException failure =
          catchThrowableOfType(BackupException.class, () -> helper.restore(backup.id()));
      free();
      if (failure == null) {
        succeeded = true;
      } else {
        failed++;
        assertNoSpace(failure);
        if (failure instanceof RestoreFailedException restore
            && restore.outcome() == RestoreOutcome.UNKNOWN) {
          if (!mayStayOpen) {
            throw new AssertionError(
                "could not be undone with %d bytes free".formatted(room), restore);
          }
          assertThat(Databases.content(database)).matches("\\Q" + before + "\\E|v1 of 1 .*");
          RecoverReport report =
              helper.recover(new RecoverRequest(null, RecoverChoice.RESTORE, false));
          assertThat(report.open()).isEmpty();
          assertThat(Databases.content(database)).startsWith("v1 of 1 ");
          Databases.change(database, 2);
        }
        assertThat(Databases.content(database)).as("%d bytes free", room).isEqualTo(before);
        assertThat(helper.openPlans()).isEmpty();
        deleteSafetyBackups(helper);
        assertThat(Folders.names(small))
            .as("%d bytes free", room)
            .filteredOn(name -> !name.endsWith(".backup-lock"))
            .containsExactlyInAnyOrderElementsOf(beside);
      }
    }
    assertThat(failed).isGreaterThanOrEqualTo(2);
    assertThat(Databases.content(database)).startsWith("v1 of 1 ");
    assertThat(helper.verifyAll().allValid()).isTrue();
    assertThat(helper.create().verified()).isTrue();
    Effort.report("disk full: restore failed %d times".formatted(failed));
  }

  /** Each attempt leaves one, and the disk is small. */
  private static void deleteSafetyBackups(BackupHelper helper) {
    List<BackupId> ids =
        helper.list().stream()
            .filter(backup -> backup.manifest().kind() == BackupKind.SAFETY)
            .map(Backup::id)
            .toList();
    helper.delete(ids, true, false);
  }

  private static void assertNoSpace(BackupException failure) {
    assertThat(failure).isNotNull();
    assertThat(failure.code()).as(failure.toString()).isEqualTo(ErrorCode.NO_SPACE);
    assertThat(failure.hint()).isPresent();
  }

  /** Without room for its shared memory SQLite cannot even read a database that keeps a log. */
  private long leastRoom() {
    return disk.isPresent() ? 64_000 : 0;
  }

  /** What SQLite writes the fault layer does not see, and documents are small. */
  private long step(Path database) throws IOException {
    boolean small = disk.isEmpty() && Files.exists(database);
    return (small ? 2_000 : 350_000) / Effort.of(6, 60);
  }

  private void fill(long room) throws IOException {
    if (disk.isPresent()) {
      disk.get().leave(room);
    } else {
      faults.armFullAfter(room);
    }
  }

  private void free() throws IOException {
    if (disk.isPresent()) {
      disk.get().free();
    }
    faults.disarm();
  }

  /** Makes a database of a few hundred kilobytes at version 1. */
  private static Path database(Path folder, String name, boolean wal) {
    Path file = Databases.create(folder.resolve(name), wal, 4096);
    Databases.run(
        file,
        "CREATE TABLE ballast(bytes BLOB)",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 300)"
            + " INSERT INTO ballast SELECT randomblob(1000) FROM r");
    return file;
  }

  private BackupHelper helper(LocalStore store, Path database) {
    return BackupHelper.builder()
        .source(SqliteSource.of(files.path(database)))
        .store(store)
        .lockTimeout(Duration.ofSeconds(2))
        .build();
  }
}
