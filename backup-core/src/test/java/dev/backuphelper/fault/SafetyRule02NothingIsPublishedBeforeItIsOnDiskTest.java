package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.GuardRequest;
import dev.backuphelper.GuardedSection;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.event.BackupListener;
import dev.backuphelper.fault.Faults.Op;
import dev.backuphelper.fault.Faults.Passed;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.local.LocalStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 2: nothing is published before it is on disk; the manifest last. A file is forced before it
 * gets its name, and the folder before the next file does: after a power cut a name may be missing,
 * but never lead to less than its content, and never be there before one that it relies on.
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "folders are not forced there")
class SafetyRule02NothingIsPublishedBeforeItIsOnDiskTest {
  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

  /** What changes a file or a folder; other operations do not matter to the order. */
  private static final Set<Op> CHANGES =
      Set.of(Op.CREATE, Op.WRITE, Op.CHANGE, Op.FORCE, Op.MOVE, Op.DELETE, Op.MAKE_FOLDER);

  private final Faults faults = new Faults();
  private final FaultyFileSystem files = new FaultyFileSystem(faults);
  // How many operations had been recorded when a step was told.
  private final List<Step> steps = new ArrayList<>();
  @TempDir private Path temporary;
  private Path folder;
  private Path store;
  private Path database;

  private record Step(String name, int at) {}

  @BeforeEach
  void prepare() throws IOException {
    folder = temporary.toRealPath();
    store = folder.resolve("backups");
    database = Databases.create(folder.resolve("app.db"), true, 1024);
  }

  private BackupHelper helper() {
    BackupListener listener =
        event -> {
          if (event instanceof BackupEvent.Step step) {
            steps.add(new Step(step.step(), faults.recorded().size()));
          }
        };
    return BackupHelper.builder()
        .source(SqliteSource.of(files.path(database)))
        .store(LocalStore.in(files.path(store)))
        .listener(listener)
        .build();
  }

  @Test
  void create_forcesEachFileBeforeItsName_andItsFolderBeforeTheNext() {
    BackupHelper helper = helper();
    faults.record();

    Backup backup = helper.create();

    String artifact = "app.db.backup." + backup.id();
    String manifest = "backup-metadata." + backup.id() + ".json";
    assertThat(words())
        .containsSubsequence(
            "FORCE .intent-" + backup.id() + ".json",
            "FORCE backups",
            "FORCE the file of " + artifact,
            "MOVE " + artifact,
            "FORCE backups",
            "FORCE the file of " + artifact + ".sha256",
            "MOVE " + artifact + ".sha256",
            "FORCE backups",
            "FORCE the file of " + manifest + ".sha256",
            "MOVE " + manifest + ".sha256",
            "FORCE backups",
            "FORCE the file of " + manifest,
            "MOVE " + manifest,
            "FORCE backups",
            "DELETE .intent-" + backup.id() + ".json");
    assertEachNameIsOnDiskBeforeTheNext();
    assertThat(moves()).last().isEqualTo("MOVE " + manifest);
  }

  /** A store in a folder that a power cut takes away is no store. */
  @Test
  void create_inANewFolder_forcesTheNamesOfTheFoldersThatItMakes() {
    store = folder.resolve("a/b/backups");
    BackupHelper helper = helper();
    faults.record();

    helper.create();

    assertThat(words())
        .containsSubsequence(
            "MAKE_FOLDER a",
            "MAKE_FOLDER b",
            "MAKE_FOLDER backups",
            "FORCE b",
            "FORCE a",
            "FORCE " + folder.getFileName(),
            "CREATE .lock");
  }

  @Test
  void restore_forcesThePlanBeforeItIsNamed_andItsFolderBeforeTheTargetIsWritten() {
    BackupHelper helper = helper();
    Backup backup = helper.create();
    Databases.change(database, 2);
    steps.clear();
    faults.record();

    helper.restore(RestoreRequest.of(backup.id()).build());

    assertPlanIsOnDiskBeforeTheTargetIsWritten();
    assertThat(Databases.content(database)).startsWith("v1 of 1 ");
  }

  @Test
  void restore_ofAMissingDatabase_forcesThePlanAndTheFileBeforeItIsNamed() throws IOException {
    BackupHelper helper = helper();
    Backup backup = helper.create();
    Files.delete(database);
    steps.clear();
    faults.record();

    helper.restore(RestoreRequest.of(backup.id()).build());

    assertPlanIsOnDiskBeforeTheTargetIsWritten();
    assertThat(words())
        .containsSubsequence(
            "MOVE app.db.backup-open.json",
            "FORCE " + folder.getFileName(),
            "FORCE the file of app.db",
            "MOVE app.db",
            "FORCE " + folder.getFileName(),
            "MOVE app.db.backup-open.json");
    assertThat(Databases.content(database)).startsWith("v1 of 1 ");
  }

  /** After a power cut a database that may be half migrated has a marker that says so. */
  @Test
  void guard_forcesTheMarkerBeforeTheSafetyBackup_andBeforeTheMigrationBegins() {
    BackupHelper helper = helper();
    faults.record();
    try (GuardedSection section =
        helper.guard(new GuardRequest("v2", OnCrash.RESTORE, Duration.ZERO, null))) {
      Backup safety = section.protect().orElseThrow();
      section.begin();

      String pointer = ".open-" + safety.id() + ".json";
      String here = String.valueOf(folder.getFileName());
      assertThat(words())
          .containsSubsequence(
              "MOVE " + pointer,
              "FORCE backups",
              "MOVE app.db.backup-open.json",
              "FORCE " + here,
              "MOVE app.db.backup." + safety.id(),
              "FORCE backups",
              "MOVE backup-metadata." + safety.id() + ".json",
              "FORCE backups",
              "MOVE " + pointer,
              "FORCE backups",
              "MOVE app.db.backup-open.json",
              "FORCE " + here);
      assertEachNameIsOnDiskBeforeTheNext();
      section.commit();
    }
  }

  private void assertPlanIsOnDiskBeforeTheTargetIsWritten() {
    assertEachNameIsOnDiskBeforeTheNext();
    String plan = database + ".backup-open.json";
    // The first says that it is open, the second that it may be half done.
    int written = stepAt("phase-writing");
    List<Passed> before = faults.recorded().subList(0, written);
    assertThat(before)
        .filteredOn(passed -> passed.op() == Op.MOVE && passed.path().equals(plan))
        .hasSize(2);
    int named = lastIndexOf(before, Op.MOVE, plan);
    assertThat(lastIndexOf(before, Op.FORCE, before.get(named).from())).isBetween(0, named - 1);
    assertThat(lastIndexOf(before, Op.FORCE, folder.toString())).isGreaterThan(named);
    assertThat(stepAt("target-written")).isGreaterThanOrEqualTo(written);
    int pointed = stepAt("pointer-written");
    assertThat(lastIndexOf(faults.recorded().subList(0, pointed), Op.FORCE, store.toString()))
        .isGreaterThan(lastMoveInto(store, pointed));
  }

  private int lastMoveInto(Path directory, int end) {
    List<Passed> before = faults.recorded().subList(0, end);
    for (int index = end - 1; index >= 0; index--) {
      if (before.get(index).op() == Op.MOVE
          && before.get(index).path().startsWith(directory + "/")) {
        return index;
      }
    }
    throw new AssertionError("nothing was named in " + directory);
  }

  private int stepAt(String name) {
    return steps.stream().filter(step -> step.name().equals(name)).findFirst().orElseThrow().at();
  }

  private static int lastIndexOf(List<Passed> passed, Op op, String path) {
    for (int index = passed.size() - 1; index >= 0; index--) {
      if (passed.get(index).op() == op && passed.get(index).path().equals(path)) {
        return index;
      }
    }
    return -1;
  }

  /** Whoever stages a file need not have forced it. */
  @Test
  void stagedFile_isForcedAfterItsLastWrite() throws IOException {
    Store stored = LocalStore.in(files.path(store));
    stored.create();
    try (StagedFile staged = stored.stage()) {
      Files.write(staged.path(), CONTENT);
      faults.record();
      staged.publish("artifact");
    }

    assertThat(words()).startsWith("FORCE the file of artifact", "MOVE artifact", "FORCE backups");
  }

  @Test
  void document_isForcedAfterItsLastWrite() throws IOException {
    Store stored = LocalStore.in(files.path(store));
    stored.create();
    faults.record();

    stored.put("document", CONTENT);
    stored.createNew("new-document", CONTENT);
    stored.rename("document", "renamed");

    assertThat(words())
        .filteredOn(words -> !words.startsWith("DELETE"))
        .containsExactly(
            "CREATE the file of document",
            "WRITE the file of document",
            "FORCE the file of document",
            "MOVE document",
            "FORCE backups",
            "CREATE new-document",
            "WRITE new-document",
            "FORCE new-document",
            "FORCE backups",
            "MOVE renamed",
            "FORCE backups");
  }

  private void assertEachNameIsOnDiskBeforeTheNext() {
    List<Passed> all = changes();
    int named = 0;
    for (int index = 0; index < all.size(); index++) {
      Passed move = all.get(index);
      if (move.op() == Op.MOVE) {
        named++;
        assertThat(lastOn(move.from(), all.subList(0, index)))
            .as("before %s", move)
            .isEqualTo(Op.FORCE);
        assertThat(all.get(index + 1))
            .as("after %s", move)
            .isEqualTo(forced(Path.of(move.path()).getParent()));
      }
    }
    assertThat(named).as("how many files were named").isGreaterThanOrEqualTo(3);
  }

  private static Passed forced(Path directory) {
    return new Passed(Op.FORCE, directory.toString(), directory.toString());
  }

  private static Op lastOn(String path, List<Passed> before) {
    List<Op> ops =
        before.stream().filter(passed -> passed.path().equals(path)).map(Passed::op).toList();
    return ops.isEmpty() ? Op.LOOK : ops.get(ops.size() - 1);
  }

  private List<Passed> changes() {
    return faults.recorded().stream().filter(passed -> CHANGES.contains(passed.op())).toList();
  }

  private List<String> moves() {
    return words().stream().filter(words -> words.startsWith("MOVE ")).toList();
  }

  /** Returns what changed something; a staged file is called after the name that it gets. */
  private List<String> words() {
    List<Passed> all = changes();
    List<String> words = new ArrayList<>();
    for (Passed passed : all) {
      String subject =
          all.stream()
              .filter(other -> other.op() == Op.MOVE && other.from().equals(passed.path()))
              .filter(other -> isTemporary(passed.path()))
              .findFirst()
              .map(move -> "the file of " + name(move.path()))
              .orElseGet(() -> name(passed.path()));
      words.add(passed.op() + " " + subject);
    }
    return words;
  }

  private static boolean isTemporary(String path) {
    return name(path).startsWith(".staging-") || name(path).contains(".backup-new-");
  }

  private static String name(String path) {
    return String.valueOf(Path.of(path).getFileName());
  }
}
