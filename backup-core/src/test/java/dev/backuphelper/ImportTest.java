package dev.backuphelper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.RecordedFiles.Item;
import dev.backuphelper.codec.TestEncryption;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Compression;
import dev.backuphelper.report.ImportReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.FileSequence;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.Folders;
import dev.backuphelper.testing.InParallel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A backup is taken over from another store, or from files that somebody may have forged. */
class ImportTest {
  private Path folder;
  private Path here;
  private Path there;
  private Backup backup;

  @BeforeEach
  void makeBackup() {
    folder = Folders.create();
    here = folder.resolve("here");
    there = folder.resolve("there");
    SampleDatabase.create(folder.resolve("app.db"));
    SampleDatabase.create(folder.resolve("b.db"));
    backup = helper(here).create();
  }

  @AfterEach
  void delete() {
    Folders.delete(folder);
  }

  private BackupHelper.Builder builder(Path store) {
    return BackupHelper.builder()
        .source(SqliteSource.of(folder.resolve("app.db")))
        .source(SqliteSource.of(folder.resolve("b.db")))
        .directory(store)
        .lockTimeout(Duration.ZERO);
  }

  private BackupHelper helper(Path store) {
    return builder(store).build();
  }

  private ImportReport copy(BackupId id) throws IOException {
    try (ExportedBackup exported = helper(here).export(id)) {
      return helper(there).importFrom(exported);
    }
  }

  private List<Item> recorded() throws IOException {
    return RecordedFiles.of(helper(here), backup.id());
  }

  private ImportReport importAll(List<Item> items) {
    return helper(there).importFrom(RecordedFiles.replay(items));
  }

  @Test
  void export_hasDocumentsFirst_thenEachArtifactWithItsChecksum() throws IOException {
    String id = backup.id().value();

    assertThat(recorded())
        .extracting(Item::name)
        .containsExactly(
            "backup-metadata." + id + ".json",
            "backup-metadata." + id + ".json.sha256",
            "app.db.backup." + id,
            "app.db.backup." + id + ".sha256",
            "b.db.backup." + id,
            "b.db.backup." + id + ".sha256");
  }

  @Test
  void import_givesTheSameFiles_whichAreNotVerifiedYet() throws IOException {
    helper(here).pin(backup.id());

    ImportReport report = copy(backup.id());

    assertThat(report.imported()).containsExactly(backup.id());
    assertThat(report.alreadyThere()).isEmpty();
    assertThat(report.bytes()).isEqualTo(backup.size());
    for (Item item : recorded()) {
      assertThat(there.resolve(item.name())).hasBinaryContent(item.content());
    }
    assertThat(helper(there).list())
        .allSatisfy(
            copy -> {
              assertThat(copy.manifest()).isEqualTo(backup.manifest());
              assertThat(copy.pinned()).isFalse();
              assertThat(copy.verification()).isEmpty();
            });
    assertThat(Folders.names(there)).noneMatch(name -> name.matches("\\.(staging|intent).*"));
    assertThat(helper(there).verifyAll().allValid()).isTrue();
    assertThat(helper(there).recover().orphans()).isEmpty();
  }

  @Test
  void import_ofWhatIsThere_changesNothing() throws IOException {
    copy(backup.id());
    helper(there).pin(backup.id());

    ImportReport report = copy(backup.id());

    assertThat(report.imported()).isEmpty();
    assertThat(report.alreadyThere()).containsExactly(backup.id());
    assertThat(helper(there).list()).allMatch(Backup::pinned);
  }

  @Test
  void import_ofWhatIsThereButBad_isRefused_andChangesNothing() throws IOException {
    copy(backup.id());
    assertThat(helper(there).verifyAll().allValid()).isTrue();
    Files.delete(there.resolve("b.db.backup." + backup.id()));
    var before = Folders.names(there);

    assertThatThrownBy(() -> copy(backup.id()))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessage(
            "the store has backup %1$s already, but it is bad there: b.db.backup.%1$s does not"
                + " exist",
            backup.id());
    assertThat(Folders.names(there)).isEqualTo(before);
    helper(there).delete(List.of(backup.id()), true, false);
    assertThat(copy(backup.id()).imported()).containsExactly(backup.id());
  }

  @Test
  void import_ofAnEncryptedBackup_needsNoKey() throws IOException {
    BackupHelper keyed = builder(here).encryption(TestEncryption.of("key")).build();
    BackupId id = keyed.create().id();

    ImportReport report = copy(id);

    assertThat(report.imported()).containsExactly(id);
    assertThat(there.resolve("backup-keys." + id + ".json"))
        .hasSameBinaryContentAs(here.resolve("backup-keys." + id + ".json"));
    BackupHelper withKey = builder(there).encryption(TestEncryption.of("key")).build();
    assertThat(withKey.verifyAll().allValid()).isTrue();
  }

  @Test
  void import_takesAllThatABackupBuildsOn_oldestFirst() throws IOException {
    // After a change of its page size nothing can be built on what was there.
    SampleDatabase.at(folder.resolve("app.db")).execute("PRAGMA page_size=1024", "VACUUM");
    Backup full = helper(here).create(CreateRequest.builder().automaticType().build());
    Backup middle = changed(2);
    Backup last = changed(3);
    List<Item> items = RecordedFiles.of(helper(here), last.id());

    ImportReport report = importAll(items);

    assertThat(last.parent()).contains(middle.id());
    assertThat(middle.parent()).contains(full.id());
    assertThat(report.imported()).containsExactly(full.id(), middle.id(), last.id());
    assertThat(items).extracting(Item::name).anyMatch(name -> name.contains(".pages."));
    assertThat(helper(there).verifyAll().allValid()).isTrue();
    assertThat(helper(there).verify(last.id()).allValid()).isTrue();
    assertThat(copy(last.id()).imported()).isEmpty();
  }

  @Test
  void import_ofAPartOfAChain_takesWhatIsMissing() throws IOException {
    Backup base = changed(1);
    Backup last = changed(2);
    copy(base.id());

    ImportReport report = copy(last.id());

    assertThat(report.imported()).containsExactly(last.id());
    assertThat(report.alreadyThere()).endsWith(base.id());
  }

  @Test
  void import_withoutTheBase_isRefused() throws IOException {
    changed(1);
    List<Item> items = RecordedFiles.of(helper(here), changed(2).id());

    requireRefused("which is not in it", ignored -> items.subList(2, items.size()));
  }

  @Test
  void export_withoutTheBase_isCorrupt() throws IOException {
    Backup base = changed(1);
    Backup last = changed(2);
    Files.delete(here.resolve("backup-metadata." + base.id() + ".json"));

    assertThatThrownBy(() -> helper(here).export(last.id()))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessage(
            "validation failed: backup %s builds on %s, which is missing", last.id(), base.id());
  }

  /** Makes an incremental backup of a database that has changed. */
  private Backup changed(int version) {
    SampleDatabase.at(folder.resolve("app.db")).execute("PRAGMA user_version = " + version);
    return helper(here)
        .create(
            CreateRequest.builder()
                .type(BackupType.INCREMENTAL)
                .compress(Compression.zstd())
                .build());
  }

  @Test
  void import_ofAnotherBackupOfTheSameId_isRefused() throws IOException {
    copy(backup.id());
    List<Item> forged = new ArrayList<>(recorded());
    replaceManifest(forged, text -> text.replace("\"user\" : \"", "\"user\" : \"x"));
    var before = Folders.names(there);

    assertThatThrownBy(() -> importAll(forged))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "the store has another backup %s: nothing published is overwritten", backup.id());
    assertThat(Folders.names(there)).isEqualTo(before);
    assertThat(helper(there).verifyAll().allValid()).isTrue();
  }

  private void replaceManifest(List<Item> items, UnaryOperator<String> change) {
    Item manifest = items.get(0);
    String text = change.apply(new String(manifest.content(), StandardCharsets.UTF_8));
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    items.set(0, new Item(manifest.name(), content));
    String line = DigestUtils.sha256Hex(content) + "  " + manifest.name() + "\n";
    items.set(1, new Item(items.get(1).name(), line.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void import_besideFilesOfABackupThatIsNotThere_leavesThem() throws IOException {
    helper(there).create();
    Path orphan = there.resolve("app.db.backup." + backup.id());
    Files.writeString(orphan, "mine");

    assertThatThrownBy(() -> copy(backup.id()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("the store has app.db.backup." + backup.id());
    assertThat(orphan).hasContent("mine");
  }

  @Test
  void import_ofTheFuture_isRefused() {
    Instant then = backup.id().instant().minus(Duration.ofHours(25));
    BackupHelper earlier = builder(there).clock(Clock.fixed(then, ZoneOffset.UTC)).build();

    assertThatThrownBy(() -> earlier.importFrom(RecordedFiles.replay(recorded())))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("is dated more than a day ahead");
  }

  @Test
  void import_ofMoreThanTheDiskHolds_isRefusedBeforeAnythingIsCopied() throws IOException {
    List<Item> items = new ArrayList<>(recorded());
    String huge = Long.toString(Long.MAX_VALUE);
    replaceManifest(items, text -> text.replaceAll("\"size\" : \\d+", "\"size\" : " + huge));

    BackupException failure = catchThrowableOfType(BackupException.class, () -> importAll(items));

    assertThat(failure.code()).isEqualTo(ErrorCode.NO_SPACE);
    assertThat(Folders.names(there)).allMatch(name -> name.startsWith(".lock"));
  }

  @Test
  void import_whileSomebodyElseImportsTheSame_isLocked() throws IOException {
    helper(there).create();
    Files.writeString(there.resolve(".intent-" + backup.id() + ".json"), foreignIntent());

    BackupException failure =
        catchThrowableOfType(BackupException.class, () -> importAll(recorded()));

    assertThat(failure.code()).isEqualTo(ErrorCode.LOCKED);
  }

  private String foreignIntent() {
    return """
        {"format": 1, "id": "%s", "files": [], "host": "elsewhere", "pid": 1,\
         "process_started_ms": 1}
        """
        .formatted(backup.id());
  }

  @Test
  void imports_ofTheSameAtTheSameTime_giveOneBackup() throws Exception {
    List<Item> items = recorded();
    List<Integer> rounds = IntStream.range(0, 8).boxed().toList();

    InParallel.forEach(
        rounds,
        round -> {
          try {
            importAll(items);
          } catch (BackupException busy) {
            assertThat(busy.code()).isEqualTo(ErrorCode.LOCKED);
          }
        });

    assertThat(helper(there).list()).hasSize(1);
    assertThat(helper(there).verifyAll().allValid()).isTrue();
    assertThat(Folders.names(there)).noneMatch(name -> name.matches("\\.(staging|intent).*"));
    assertThat(helper(there).recover().orphans()).isEmpty();
  }

  /** What is wrong with the files, and what is said of it. */
  private void requireRefused(String message, UnaryOperator<List<Item>> change) throws IOException {
    List<Item> items = change.apply(new ArrayList<>(recorded()));

    BackupException failure = catchThrowableOfType(BackupException.class, () -> importAll(items));

    assertThat(failure).isNotNull();
    assertThat(failure.code()).as(failure.getMessage()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(failure).hasMessageStartingWith("cannot import the archive: ");
    assertThat(failure.getMessage()).contains(message);
    assertThat(Folders.names(there)).allMatch(name -> name.startsWith(".lock"));
  }

  private static UnaryOperator<List<Item>> at(int index, UnaryOperator<Item> change) {
    return items -> {
      items.set(index, change.apply(items.get(index)));
      return items;
    };
  }

  @Test
  void forgedFiles_areRefused_andNothingIsLeft() throws IOException {
    requireRefused("does not begin with the manifest", items -> List.of());
    requireRefused("does not begin with the manifest", items -> items.subList(2, 6));
    requireRefused("it ends before app.db.backup.", items -> items.subList(0, 2));
    requireRefused("it ends before b.db.backup.", items -> items.subList(0, 5));
    requireRefused("where app.db.backup.", items -> moved(items, 2, 4));
    requireRefused(
        "does not come in its order, or twice", items -> inserted(inserted(items, 2, 0), 3, 1));
    requireRefused("which no manifest lists", items -> inserted(items, 6, 5));
    requireRefused("'../app.db' where app.db", at(2, item -> item.named("../app.db")));
    requireRefused("'/etc/passwd' where app.db", at(2, item -> item.named("/etc/passwd")));
    requireRefused("does not match backup-metadata", at(1, item -> item.flipped(3)));
    requireRefused("the SHA-256 of app.db", at(2, item -> item.flipped(5000)));
    requireRefused("bytes, the manifest says", at(2, item -> item.cut(100)));
    requireRefused("bytes, the manifest says", at(2, item -> item.cut(1 << 20)));
    requireRefused("does not match app.db", at(3, item -> item.flipped(0)));
    requireRefused("at most 16777216 are expected", at(0, item -> item.cut((16 << 20) + 1)));
  }

  @Test
  void forgedManifests_areRefused() throws IOException {
    requireRefused(
        "claims a file that is not its own", manifest("\"file\" : \"", "\"file\" : \"../"));
    requireRefused(
        "its type is full, but not its parent",
        manifest("\"parent\" : null", "\"parent\" : \"20200101-000000-000\""));
    requireRefused("names another backup", manifest("\"id\" : \"2", "\"id\" : \"1"));
    requireRefused("components is empty", manifest("(?s)\"components\".*", "\"components\" : []}"));
  }

  private UnaryOperator<List<Item>> manifest(String pattern, String replacement) {
    return items -> {
      replaceManifest(items, text -> text.replaceAll(pattern, replacement));
      return items;
    };
  }

  private static List<Item> moved(List<Item> items, int from, int to) {
    Item item = items.remove(from);
    items.add(to, item);
    return items;
  }

  private static List<Item> inserted(List<Item> items, int at, int copied) {
    items.add(at, items.get(copied));
    return items;
  }

  @Test
  void strangers_besideTheChain_areRefused() throws IOException {
    Backup other = helper(here).create();
    List<Item> more = RecordedFiles.of(helper(here), other.id());

    requireRefused(
        "on which " + other.id() + " does not build",
        items -> {
          items.addAll(2, more.subList(0, 2));
          return items;
        });
  }

  @Test
  void anyBitThatIsFlipped_isFound() throws IOException {
    Random random = new Random(Effort.SEED);
    List<Item> items = recorded();
    for (int round = 0; round < Effort.of(60, 2000); round++) {
      int index = random.nextInt(items.size());
      List<Item> forged = new ArrayList<>(items);
      Item flipped = items.get(index).flipped(random.nextInt(items.get(index).content().length));
      forged.set(index, flipped);

      assertThatThrownBy(() -> importAll(forged))
          .as("seed %d, round %d", Effort.SEED, round)
          .isInstanceOf(BackupException.class);
      assertThat(Folders.names(there)).allMatch(name -> name.startsWith(".lock"));
    }
  }

  @Test
  void export_ofADamagedArtifact_hasNoEnd() throws IOException {
    Path artifact = here.resolve("b.db.backup." + backup.id());
    byte[] content = Files.readAllBytes(artifact);
    content[5000] ^= 1;
    Files.write(artifact, content);

    assertThatThrownBy(() -> copy(backup.id()))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageContaining("the SHA-256 of b.db.backup." + backup.id());
    assertThat(Folders.names(there)).allMatch(name -> name.startsWith(".lock"));
  }

  @Test
  void export_locksOutRemovalAlone() throws IOException {
    try (ExportedBackup exported = helper(here).export(backup.id())) {
      assertThat(exported.chain()).containsExactly(backup.id());
      assertThat(exported.files()).isEqualTo(6);
      FileSequence.Entry first = exported.next().orElseThrow();
      assertThat(first.modified()).isEqualTo(backup.manifest().date());
      helper(here).create();
      assertThatThrownBy(() -> helper(here).delete(backup.id()))
          .isInstanceOf(BackupException.class);
    }
    assertThat(helper(here).delete(backup.id()).removed()).hasSize(1);
  }
}
