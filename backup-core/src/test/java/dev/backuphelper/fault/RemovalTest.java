package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.catalog.Removal;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.local.LocalStore;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sweep removes, and what it leaves: only what dead owners list goes. */
class RemovalTest {
  private static final BackupId ID = new BackupId("20260101-000000-000");
  private static final String ARTIFACT = "app.db.backup." + ID;
  private static final ProcessOwner HERE = ProcessOwner.current();
  private static final ProcessOwner DEAD = new ProcessOwner(HERE.host(), 99_999_999, 1);
  private static final ProcessOwner REBORN =
      new ProcessOwner(HERE.host(), HERE.pid(), HERE.startedMillis() + 1);
  private static final ProcessOwner FOREIGN = new ProcessOwner("elsewhere", 99_999_999, 1);

  @TempDir Path folder;
  private Path store;
  private Removal removal;

  @BeforeEach
  void makeStore() throws IOException {
    store = Files.createDirectory(folder.resolve("backups"));
    removal = new Removal(LocalStore.in(store));
  }

  private void file(String name, String content) throws IOException {
    Files.writeString(store.resolve(name), content);
  }

  private void intentOf(ProcessOwner owner) throws IOException {
    file(
        ".intent-" + ID + ".json",
        "{\"format\":1,\"id\":\"%s\",\"files\":[\"%s\",\"%s.sha256\"],\"host\":\"%s\",\"pid\":%d,\"process_started_ms\":%d}"
            .formatted(ID, ARTIFACT, ARTIFACT, owner.host(), owner.pid(), owner.startedMillis()));
    file(ARTIFACT, "half");
    file(ARTIFACT + ".sha256", "half");
  }

  @Test
  void removesWhatTheIntentOfADeadOwnerLists() throws IOException {
    intentOf(DEAD);
    file("app.db.backup.20260101-000000-001", "of another");

    assertThat(removal.hasLeftovers()).isTrue();
    assertThat(removal.sweep(Set.of())).containsExactly(".intent-" + ID + ".json");

    assertThat(Folders.names(store)).containsExactly("app.db.backup.20260101-000000-001");
    assertThat(removal.orphans()).containsExactly("app.db.backup.20260101-000000-001");
    assertThat(removal.hasLeftovers()).isFalse();
  }

  @Test
  void removesWhatAnOwnerListedWhosePidWasGivenAgain() throws IOException {
    intentOf(REBORN);

    assertThat(removal.sweep(Set.of())).hasSize(1);
    assertThat(Folders.names(store)).isEmpty();
  }

  @Test
  void leavesWhatALiveOwnerLists() throws IOException {
    intentOf(HERE);
    Set<String> before = Folders.names(store);

    assertThat(removal.sweep(Set.of())).isEmpty();
    assertThat(Folders.names(store)).isEqualTo(before);
    assertThat(removal.orphans()).isEmpty();
  }

  @Test
  void leavesWhatAnOwnerOnAnotherHostLists() throws IOException {
    intentOf(FOREIGN);
    Set<String> before = Folders.names(store);

    assertThat(removal.sweep(Set.of())).isEmpty();
    assertThat(Folders.names(store)).isEqualTo(before);
  }

  @Test
  void leavesWhatAnOpenPlanNames() throws IOException {
    intentOf(DEAD);
    Set<String> before = Folders.names(store);

    assertThat(removal.sweep(Set.of(ID))).isEmpty();
    assertThat(Folders.names(store)).isEqualTo(before);
  }

  /** It was being written when its owner died, so nothing was made yet. */
  @Test
  void removesATornIntentAlone() throws IOException {
    intentOf(DEAD);
    Path intent = store.resolve(".intent-" + ID + ".json");
    String whole = Files.readString(intent);
    for (int length : new int[] {0, 1, whole.length() / 2, whole.length() - 1}) {
      Files.writeString(intent, whole.substring(0, length));
      assertThat(removal.sweep(Set.of())).containsExactly(".intent-" + ID + ".json");
      assertThat(Folders.names(store)).containsExactly(ARTIFACT, ARTIFACT + ".sha256");
    }
    assertThat(removal.orphans()).containsExactly(ARTIFACT, ARTIFACT + ".sha256");
  }

  /** The owner died between publishing and removing its intent. */
  @Test
  void leavesTheFilesOfABackupThatWasPublished() throws IOException {
    Backup backup = backup();
    file(
        ".intent-" + backup.id() + ".json",
        "{\"format\":1,\"id\":\"%s\",\"files\":[\"app.db.backup.%s\"],\"host\":\"%s\",\"pid\":99999999,\"process_started_ms\":1}"
            .formatted(backup.id(), backup.id(), HERE.host()));

    assertThat(removal.sweep(Set.of())).hasSize(1);
    assertThat(helper().verifyAll().allValid()).isTrue();
  }

  @Test
  void finishesWhatATombstoneLists() throws IOException {
    Backup backup = backup();
    Path manifest = store.resolve("backup-metadata." + backup.id() + ".json");
    Files.move(manifest, store.resolve(".deleted-" + backup.id() + ".json"));
    Files.delete(store.resolve("backup-checks." + backup.id() + ".json"));

    assertThat(helper().list()).isEmpty();
    assertThat(removal.orphans()).isEmpty();
    assertThat(removal.sweep(Set.of())).containsExactly(".deleted-" + backup.id() + ".json");
    assertThat(Folders.names(store)).containsExactly(".lock");
  }

  @Test
  void finishesATombstoneThatCannotBeReadByTheNamesOfFiles() throws IOException {
    file(".deleted-" + ID + ".json", "{\"torn");
    file(ARTIFACT, "of the dead");
    file("backup-pin." + ID, "");
    file("app.db.backup.20260101-000000-001", "of another");

    removal.sweep(Set.of());

    assertThat(Folders.names(store)).containsExactly("app.db.backup.20260101-000000-001");
  }

  @Test
  void removesStagedFilesOfDeadProcessesOfThisHostAlone() throws IOException {
    String mine;
    try (var staged = LocalStore.in(store).stage()) {
      mine = staged.path().getFileName().toString();
      String dead = mine.replaceFirst("-\\d+-(\\d+-\\d+)$", "-99999999-$1");
      String elsewhere = dead.replaceFirst("-[0-9a-f]{8}-", "-00000000-");
      file(dead, "half");
      file(dead + "-journal", "half");
      file(elsewhere, "half");
      file(".staging-who-knows", "?");

      assertThat(removal.sweep(Set.of())).containsExactlyInAnyOrder(dead, dead + "-journal");
      assertThat(Folders.names(store))
          .containsExactlyInAnyOrder(mine, elsewhere, ".staging-who-knows");
    }
  }

  @Test
  void removesABackupManifestFirst() throws IOException {
    Backup backup = backup();
    Faults faults = new Faults();
    FaultyStore faulty = new FaultyStore(LocalStore.in(store), faults);
    faults.arm(Faults.Kind.FAIL, 2, Faults.Span.FOR_EVER);

    assertThatThrownBy(() -> new Removal(faulty).remove(backup.id()))
        .isInstanceOf(IOException.class);
    faults.disarm();

    assertThat(helper().list()).isEmpty();
    assertThat(Folders.names(store)).contains(".deleted-" + backup.id() + ".json");
    removal.sweep(Set.of());
    assertThat(Folders.names(store)).containsExactly(".lock");
  }

  @Test
  void countsTheBytesThatItFrees() throws IOException {
    Backup backup = backup();
    long bytes = 0;
    for (String name : new TreeSet<>(Folders.names(store))) {
      bytes += name.equals(".lock") ? 0 : Files.size(store.resolve(name));
    }

    assertThat(removal.remove(backup.id())).isEqualTo(bytes);
  }

  @Test
  void saysThatABackupIsMissing() {
    assertThatThrownBy(() -> removal.remove(ID)).isInstanceOf(NoSuchFileException.class);
  }

  private BackupHelper helper() {
    return BackupHelper.builder()
        .source(SqliteSource.of(folder.resolve("app.db")))
        .directory(store)
        .build();
  }

  private Backup backup() {
    Databases.create(folder.resolve("app.db"), false, 512);
    return helper().create();
  }
}
