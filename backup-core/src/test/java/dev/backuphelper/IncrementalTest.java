package dev.backuphelper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.TestEncryption;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.CompressionCodec;
import dev.backuphelper.model.Verification;
import dev.backuphelper.report.CompareReport;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.report.StatusReport;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups that hold only what changed: what they build on, and what becomes of them. */
class IncrementalTest {
  private static final int PAGE = 1024;
  private static final int HASH = 32;

  @TempDir private Path folder;
  private Path store;
  private SampleDatabase app;
  private BackupHelper backups;
  private final List<String> warnings = new ArrayList<>();

  @BeforeEach
  void prepare() {
    store = folder.resolve("backups");
    app = SampleDatabase.create(folder.resolve("app.db"), "delete", PAGE);
    app.execute(
        "CREATE TABLE note(id INTEGER PRIMARY KEY, body BLOB)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
            + " INSERT INTO note SELECT i, zeroblob(800) FROM n");
    backups = builder().build();
  }

  private BackupHelper.Builder builder() {
    return BackupHelper.builder()
        .source(SqliteSource.of(app.path()))
        .directory(store)
        .listener(
            event -> {
              if (event instanceof BackupEvent.Warning warning) {
                warnings.add(warning.message());
              }
            });
  }

  private Backup create(BackupType type) {
    return backups.create(CreateRequest.builder().type(type).build());
  }

  private Backup createAutomatically() {
    return backups.create(CreateRequest.builder().automaticType().build());
  }

  /** Changes one page. */
  private void change(int note) {
    app.execute("UPDATE note SET body = randomblob(800) WHERE id = " + note);
  }

  private static Component component(Backup backup) {
    return backup.components().get(0);
  }

  private static Component.Delta delta(Backup backup) {
    return Objects.requireNonNull(component(backup).delta());
  }

  private static Component.@Nullable PageMapFile pageMap(Backup backup) {
    return component(backup).pageMap();
  }

  private void assertRestores(Backup backup, SampleDatabase expected) {
    Path target = folder.resolve("restored-" + backup.id() + ".db");
    backups.restore(RestoreRequest.of(backup.id()).to(target).build());
    String all = "SELECT id || hex(body) FROM note ORDER BY id";
    assertThat(SampleDatabase.at(target).query(all)).isEqualTo(expected.query(all));
  }

  @Test
  void anIncremental_holdsTheChangedPagesAlone() {
    Backup full = create(BackupType.FULL);
    change(7);

    Backup incremental = create(BackupType.INCREMENTAL);

    assertThat(incremental.type()).isEqualTo(BackupType.INCREMENTAL);
    assertThat(incremental.parent()).contains(full.id());
    assertThat(component(incremental).file())
        .isEqualTo("app.db.backup." + incremental.id() + ".delta");
    assertThat(delta(incremental).pages()).isEqualTo(1);
    assertThat(component(incremental).size())
        .as("head, one entry of the index, its digest, one page")
        .isEqualTo(delta(incremental).size())
        .isEqualTo(52 + 36 + HASH + PAGE);
    assertThat(incremental.verified()).isTrue();
    assertThat(backups.verifyAll().allValid()).isTrue();
    assertThat(backups.compare(incremental.id()).components())
        .extracting(CompareReport.Compared::status)
        .containsOnly(CompareReport.Status.IDENTICAL);
    assertRestores(incremental, app);
    assertThat(warnings).isEmpty();
    assertThat(Folders.names(store)).noneMatch(name -> name.startsWith(".staging"));
  }

  @Test
  void anUnchangedDatabase_givesAnEmptyDelta() {
    create(BackupType.FULL);

    Backup incremental = create(BackupType.INCREMENTAL);

    assertThat(delta(incremental).pages()).isZero();
    assertThat(component(incremental).size()).isEqualTo(52 + HASH);
    assertRestores(incremental, app);
  }

  @Test
  void aDifferential_buildsOnTheLastFullOne_anIncrementalOnTheLast() {
    Backup full = create(BackupType.FULL);
    change(1);
    Backup first = create(BackupType.INCREMENTAL);
    change(2);
    Backup second = create(BackupType.DIFFERENTIAL);
    change(3);
    Backup third = create(BackupType.INCREMENTAL);

    assertThat(second.parent()).contains(full.id());
    assertThat(delta(second).pages()).isEqualTo(2);
    assertThat(third.parent()).contains(second.id());
    assertThat(delta(third).pages()).isEqualTo(1);
    assertThat(first.parent()).contains(full.id());
    assertRestores(third, app);
  }

  @Test
  void theHashesOfThePages_areKeptWhereOthersWillBuildOnIt() {
    assertThat(pageMap(create(BackupType.FULL))).isNull();
    assertThat(pageMap(create(BackupType.INCREMENTAL))).isNull();
    assertThat(pageMap(createAutomatically())).isNull();
    app.execute("UPDATE note SET body = randomblob(800)");

    Backup full = createAutomatically();

    assertThat(full.type()).isEqualTo(BackupType.FULL);
    assertThat(pageMap(full)).isNotNull();
    assertThat(store.resolve("app.db.pages." + full.id())).exists();
    assertThat(store.resolve("app.db.pages." + full.id() + ".sha256")).exists();
  }

  /** With the hashes of the pages, and without. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void growthAndShrinking_areFollowed(boolean hashes) {
    Backup full = hashes ? createAutomatically() : create(BackupType.FULL);
    assertThat(pageMap(full) != null).isEqualTo(hashes);
    List<Backup> made = new ArrayList<>();
    List<String> contents = new ArrayList<>();
    String all = "SELECT coalesce(group_concat(id || hex(body)), '') FROM note";
    for (String change :
        List.of(
            "INSERT INTO note SELECT id + 1000, randomblob(800) FROM note",
            "DELETE FROM note WHERE id > 100",
            "VACUUM",
            "INSERT INTO note SELECT id + 2000, randomblob(700) FROM note",
            "DELETE FROM note WHERE id BETWEEN 50 AND 2020",
            "VACUUM",
            "UPDATE note SET body = zeroblob(800)")) {
      app.execute(change);
      made.add(create(BackupType.INCREMENTAL));
      contents.addAll(app.query(all));
    }

    for (int index = 0; index < made.size(); index++) {
      Path target = folder.resolve("then-" + index);
      backups.restore(RestoreRequest.of(made.get(index).id()).to(target).build());
      assertThat(SampleDatabase.at(target).query(all)).containsExactly(contents.get(index));
    }
    assertThat(made).allMatch(backup -> backup.type() == BackupType.INCREMENTAL);
  }

  @Test
  void aFullBackupThatCannotBeInflated_makesAnotherFullOne_andIsSaid() throws IOException {
    Backup full = backups.create(CreateRequest.builder().compress(Compression.zstd()).build());
    Path artifact = store.resolve(component(full).file());
    byte[] bytes = Files.readAllBytes(artifact);
    java.util.Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 0x55);
    Files.write(artifact, bytes);

    assertThat(create(BackupType.INCREMENTAL).type()).isEqualTo(BackupType.FULL);
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("backup " + full.id() + " cannot be built on: it cannot be inflated as zstd")
        .endsWith(": this is a full backup");
  }

  @Test
  void automatically_aFullOneComesFirst_thenIncrementalsWhileTheyPay() {
    Backup first = createAutomatically();
    assertThat(first.type()).isEqualTo(BackupType.FULL);
    assertThat(pageMap(first)).isNotNull();
    change(1);
    Backup second = createAutomatically();
    assertThat(second.type()).isEqualTo(BackupType.INCREMENTAL);
    assertThat(second.parent()).contains(first.id());
    app.execute("UPDATE note SET body = randomblob(800)");
    Backup third = createAutomatically();
    assertThat(third.type()).as("more than half of the pages changed").isEqualTo(BackupType.FULL);
    app.execute("PRAGMA page_size=2048", "VACUUM");
    Backup fourth = createAutomatically();
    assertThat(fourth.type()).as("the pages have another size").isEqualTo(BackupType.FULL);
    change(2);
    assertThat(createAutomatically().parent()).contains(fourth.id());

    assertThat(warnings).as("all of this is as it should be").isEmpty();
    assertThat(backups.verifyAll().allValid()).isTrue();
  }

  @Test
  void automatically_aLongChainIsEnded() {
    List<BackupType> types = new ArrayList<>();
    for (int round = 0; round < 33; round++) {
      types.add(createAutomatically().type());
    }

    assertThat(types.subList(1, 31)).containsOnly(BackupType.INCREMENTAL);
    assertThat(types.get(31)).isEqualTo(BackupType.FULL);
    assertThat(types.get(32)).isEqualTo(BackupType.INCREMENTAL);
  }

  @Test
  void automatically_aChainAsLargeAsItsFullBackupIsEnded() {
    createAutomatically();
    List<BackupType> types = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      app.execute("UPDATE note SET body = randomblob(800) WHERE id <= 90");
      types.add(createAutomatically().type());
    }

    assertThat(types)
        .containsExactly(
            BackupType.INCREMENTAL,
            BackupType.INCREMENTAL,
            BackupType.INCREMENTAL,
            BackupType.FULL);
  }

  @ParameterizedTest
  @CsvSource({"INCREMENTAL", "DIFFERENTIAL"})
  void withoutAnythingToBuildOn_aFullOneIsMade_andSaid(BackupType type) {
    backups.createSafetyBackup("import");

    Backup backup = create(type);

    assertThat(backup.type()).isEqualTo(BackupType.FULL);
    assertThat(warnings)
        .containsExactly("there is no earlier backup to build on: this is a full backup");
  }

  @Test
  void whatIsAskedFor_isMadeEvenIfItDoesNotPay() {
    Backup full = create(BackupType.FULL);
    app.execute("UPDATE note SET body = randomblob(800)");

    Backup incremental = create(BackupType.INCREMENTAL);

    assertThat(incremental.parent()).contains(full.id());
    assertThat(delta(incremental).pages()).isGreaterThanOrEqualTo(200);
    assertRestores(incremental, app);
  }

  @Test
  void anotherPageSize_makesAFullOne_andIsSaid() {
    createAutomatically();
    app.execute("PRAGMA page_size=4096", "VACUUM");

    assertThat(create(BackupType.INCREMENTAL).type()).isEqualTo(BackupType.FULL);
    assertThat(warnings)
        .containsExactly(
            "the page size of %s was 1024 and is 4096: this is a full backup"
                .formatted(app.path()));
  }

  @Test
  void aParentThatIsKnownToBeBad_makesAFullOne_andIsSaid() throws IOException {
    create(BackupType.FULL);
    Backup bad = create(BackupType.INCREMENTAL);
    Path artifact = store.resolve(component(bad).file());
    byte[] bytes = Files.readAllBytes(artifact);
    bytes[60] ^= 1;
    Files.write(artifact, bytes);
    assertThat(backups.verify(bad.id()).allValid()).isFalse();

    assertThat(create(BackupType.INCREMENTAL).type()).isEqualTo(BackupType.FULL);
    assertThat(warnings)
        .containsExactly(
            "backup %1$s cannot be built on: backup %1$s is bad: this is a full backup"
                .formatted(bad.id()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aParentOfWhichAFileIsMissingOrShort_makesAFullOne_andIsSaid(boolean missing)
      throws IOException {
    Backup full = create(BackupType.FULL);
    Backup parent = create(BackupType.INCREMENTAL);
    Path artifact = store.resolve(component(full).file());
    if (missing) {
      Files.delete(artifact);
    } else {
      Files.write(artifact, new byte[PAGE]);
    }

    assertThat(create(BackupType.INCREMENTAL).type()).isEqualTo(BackupType.FULL);
    assertThat(warnings)
        .containsExactly(
            "backup %s cannot be built on: %s is missing, or has another size: this is a full backup"
                .formatted(parent.id(), component(full).file()));
  }

  @Test
  void aParentThatIsDamaged_isPassedOver() throws IOException {
    Backup sound = create(BackupType.FULL);
    change(3);
    byte[] live = Files.readAllBytes(app.path());
    byte[] broken = live.clone();
    java.util.Arrays.fill(broken, 20 * PAGE, 22 * PAGE, (byte) 0x5a);
    Files.write(app.path(), broken);
    Backup damaged = create(BackupType.INCREMENTAL);
    assertThat(damaged.damaged()).isTrue();
    assertThat(damaged.type()).as("the best there is stands alone").isEqualTo(BackupType.FULL);
    Files.write(app.path(), live);

    Backup next = create(BackupType.INCREMENTAL);

    assertThat(next.parent()).contains(sound.id());
    assertRestores(next, app);
  }

  @Test
  void aMapThatIsNotWhatWasStored_isTold_andDoneWithout() throws IOException {
    Backup full = createAutomatically();
    Path map = store.resolve("app.db.pages." + full.id());
    byte[] bytes = Files.readAllBytes(map);
    bytes[bytes.length - 1] ^= 1;
    Files.write(map, bytes);

    VerifyReport report = backups.verify(full.id());
    assertThat(report.allValid()).isFalse();
    assertThat(report.files()).hasSize(2);
    assertThat(report.files().get(0).valid()).isTrue();
    assertThat(report.files().get(1).error().orElseThrow())
        .isEqualTo(
            "validation failed: the SHA-256 of %s is not the one in the manifest; the backup can be"
                    .formatted(map.getFileName())
                + " restored without it");
    assertThat(backups.find(full.id()).orElseThrow().verification().map(Verification::good))
        .as("nothing is wrong with the backup itself")
        .contains(true);
    assertRestores(full, app);
    change(3);
    Backup incremental = create(BackupType.INCREMENTAL);
    assertThat(delta(incremental).pages()).isEqualTo(1);
    assertThat(warnings)
        .containsExactly(
            "validation failed: the SHA-256 of %s is not the one in the manifest; the full backup is"
                    .formatted(map.getFileName())
                + " read instead");
    assertRestores(incremental, app);
  }

  @Test
  void encryptedAndOpen_areNeverMixedInAChain() {
    BackupHelper open = backups;
    Backup plain = createAutomatically();
    backups = builder().encryption(TestEncryption.of("key")).build();
    Backup first = create(BackupType.INCREMENTAL);
    change(5);
    Backup second =
        backups.create(
            CreateRequest.builder()
                .type(BackupType.INCREMENTAL)
                .compress(Compression.of(CompressionCodec.ZSTD))
                .build());

    assertThat(first.type()).isEqualTo(BackupType.FULL);
    assertThat(warnings)
        .containsExactly(
            "backup %1$s cannot be built on: backup %1$s is not encrypted: this is a full backup"
                .formatted(plain.id()));
    assertThat(second.parent()).contains(first.id());
    assertThat(component(second).file()).endsWith(".delta.zst.enc");
    assertThat(backups.verifyAll().allValid()).isTrue();
    assertRestores(second, app);
    BackupException locked =
        catchThrowableOfType(
            BackupException.class,
            () -> open.restore(RestoreRequest.of(second.id()).to(folder.resolve("no.db")).build()));
    assertThat(locked.code()).isEqualTo(ErrorCode.KEY_UNUSABLE);
    backups = builder().encryption(TestEncryption.of("other")).build();
    List<String> before = List.copyOf(Folders.names(store));
    for (BackupType type : List.of(BackupType.INCREMENTAL, BackupType.DIFFERENTIAL)) {
      BackupException refused = catchThrowableOfType(BackupException.class, () -> create(type));
      assertThat(refused.code()).isEqualTo(ErrorCode.KEY_UNUSABLE);
      assertThat(refused.hint().orElseThrow()).contains("make a full backup");
    }
    assertThat(Folders.names(store)).containsExactlyElementsOf(before);
    assertThat(create(BackupType.FULL).type()).isEqualTo(BackupType.FULL);
  }

  /** What is wrong with a base may be just what was replaced since. */
  @Test
  void anImageThatIsProvedRight_isRestored_beItsBaseDamaged() throws IOException {
    Backup full = create(BackupType.FULL);
    app.execute("UPDATE note SET body = randomblob(800)");
    Backup incremental = create(BackupType.INCREMENTAL);
    Path artifact = store.resolve(component(full).file());
    byte[] bytes = Files.readAllBytes(artifact);
    bytes[50 * PAGE + 500] ^= 1;
    Files.write(artifact, bytes);

    assertThat(backups.verify(incremental.id()).allValid()).isFalse();
    Path target = folder.resolve("target.db");
    RestoreReport report = backups.restore(RestoreRequest.of(incremental.id()).to(target).build());

    assertThat(report.verified()).isTrue();
    assertThat(report.warnings())
        .singleElement()
        .asString()
        .contains("it builds on " + component(full).file());
    String all = "SELECT id || hex(body) FROM note ORDER BY id";
    assertThat(SampleDatabase.at(target).query(all)).isEqualTo(app.query(all));
    assertRefused(full);
  }

  @Test
  void whatBuildsOnABadBackup_isBroken() throws IOException {
    Backup full = create(BackupType.FULL);
    Backup second = create(BackupType.INCREMENTAL);
    Backup third = create(BackupType.INCREMENTAL);
    Backup other = create(BackupType.FULL);
    assertThat(backups.listing().broken()).isEmpty();
    Path artifact = store.resolve(component(full).file());
    byte[] bytes = Files.readAllBytes(artifact);
    bytes[5000] ^= 1;
    Files.write(artifact, bytes);
    backups.verify(full.id());

    assertThat(backups.listing().broken()).containsExactlyInAnyOrder(second.id(), third.id());
    StatusReport status = backups.status();
    assertThat(status.reasons())
        .extracting(StatusReport.Reason::code)
        .containsExactly(StatusReport.Code.BROKEN_CHAIN, StatusReport.Code.BROKEN_CHAIN);
    assertThat(status.groups().get(0).lastGood()).map(Backup::id).contains(other.id());
  }

  @Test
  void aMissingBase_isToldByAllThatBuildsOnIt() throws IOException {
    Backup full = create(BackupType.FULL);
    Backup first = create(BackupType.INCREMENTAL);
    Backup second = create(BackupType.INCREMENTAL);
    Files.delete(store.resolve(component(first).file()));

    VerifyReport report = backups.verify(second.id());

    assertThat(report.files().get(0).error().orElseThrow())
        .isEqualTo(
            "validation failed: %s: it builds on %s, and of that one: it does not exist"
                .formatted(component(second).file(), component(first).file()));
    assertRefused(second);
    Files.delete(store.resolve("backup-metadata.%s.json".formatted(first.id())));
    assertThat(backups.verify(second.id()).files().get(0).error().orElseThrow())
        .isEqualTo(
            "validation failed: backup %s builds on %s, which is missing"
                .formatted(second.id(), first.id()));
    assertRefused(second);
    assertThat(backups.verify(full.id()).allValid()).isTrue();
  }

  private void assertRefused(Backup backup) {
    Path target = folder.resolve("refused.db");
    BackupException refused =
        catchThrowableOfType(
            BackupException.class,
            () -> backups.restore(RestoreRequest.of(backup.id()).to(target).build()));
    assertThat(refused.code()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(target).doesNotExist();
  }

  @Test
  void aBase_isNeitherDeletedNorCleaned_whileSomethingBuildsOnIt() {
    Backup full = create(BackupType.FULL);
    change(1);
    Backup first = create(BackupType.INCREMENTAL);
    change(2);
    Backup second = create(BackupType.INCREMENTAL);

    assertThat(catchThrowableOfType(RefusedException.class, () -> backups.delete(full.id())))
        .hasMessageContaining("is the base of " + first.id());
    assertThat(backups.cleanOld(1).removed()).isEmpty();
    assertThat(backups.list()).hasSize(3);
    Backup next = create(BackupType.FULL);
    assertThat(backups.cleanOld(1).removed()).hasSize(3);
    assertThat(backups.list()).extracting(Backup::id).containsExactly(next.id());
    assertThat(Folders.names(store)).noneMatch(name -> name.contains(second.id().value()));
  }

  @Test
  void aFlippedByte_orACut_isFoundWhereverItIs() throws IOException {
    Backup full = createAutomatically();
    change(4);
    change(150);
    Backup parent = createAutomatically();
    Backup backup = createAutomatically();
    assertHarmIsFound(component(parent).file(), parent);
    assertHarmIsFound(component(parent).file(), backup);
    assertHarmIsFound("app.db.pages." + full.id(), full);
    assertThat(backups.verifyAll().allValid()).isTrue();
    assertRestores(backup, app);
  }

  private void assertHarmIsFound(String name, Backup by) throws IOException {
    Path file = store.resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    for (int at = 0; at < bytes.length; at += Effort.of(at < 200 ? 7 : 211, 1)) {
      byte[] harmed = bytes.clone();
      harmed[at] ^= 4;
      Files.write(file, harmed);
      assertThat(backups.verify(by.id()).allValid()).as("byte %d of %s", at, name).isFalse();
      Files.write(file, java.util.Arrays.copyOf(bytes, at));
      assertThat(backups.verify(by.id()).allValid()).as("%s cut at %d", name, at).isFalse();
    }
    Files.write(file, bytes);
  }

  /** A delta that somebody made, with all digests right. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, it is no delta",
    "8, 3, its head is no delta's",
    "16, 255, its head is no delta's",
    "52, 255, the delta's index is out of order at page",
    "60, 1, the delta's index is not what was written",
    "-1, 9, something follows the delta"
  })
  void aHostileDelta_isToldAndNeverApplied(int at, int value, String problem) throws IOException {
    create(BackupType.FULL);
    change(4);
    Backup backup = create(BackupType.INCREMENTAL);
    byte[] bytes = Files.readAllBytes(store.resolve(component(backup).file()));
    byte[] hostile = at < 0 ? java.util.Arrays.copyOf(bytes, bytes.length + 1) : bytes.clone();
    if (at >= 0) {
      hostile[at] = (byte) value;
    }
    new StoredBackup(store, backup).replace(component(backup), hostile);

    VerifyReport report = backups.verify(backup.id());

    assertThat(report.files().get(0).error().orElseThrow()).contains(problem);
    assertRefused(backup);
  }

  @Test
  void aDeltaThatClaimsPagesFarAway_takesNoMemory() throws IOException {
    create(BackupType.FULL);
    change(4);
    Backup backup = create(BackupType.INCREMENTAL);
    byte[] hostile = Files.readAllBytes(store.resolve(component(backup).file()));
    java.nio.ByteBuffer.wrap(hostile).putInt(12, Integer.MAX_VALUE).putInt(52, Integer.MAX_VALUE);
    new StoredBackup(store, backup).replace(component(backup), hostile);

    assertThat(backups.verify(backup.id()).files().get(0).error().orElseThrow())
        .contains("the delta leaves out a new page before " + Integer.MAX_VALUE);
    assertRefused(backup);
  }

  /** Another page: alone, and with its hash and all digests right, but for that of the image. */
  @ParameterizedTest
  @CsvSource({
    "false, the delta's pages are not those of its index",
    "true, the SHA-256 of what it inflates to is not the one in the manifest"
  })
  void aDeltaOfOtherPages_isNotTheImageThatWasBackedUp(boolean fitting, String problem)
      throws Exception {
    create(BackupType.FULL);
    change(4);
    Backup backup = create(BackupType.INCREMENTAL);
    byte[] hostile = Files.readAllBytes(store.resolve(component(backup).file()));
    hostile[hostile.length - 1] ^= 1;
    if (fitting) {
      int index = 52 + 4;
      copyDigest(hostile, hostile.length - PAGE, hostile.length, index);
      copyDigest(hostile, 0, index + HASH, index + HASH);
    }
    new StoredBackup(store, backup).replace(component(backup), hostile);

    assertThat(backups.verify(backup.id()).files().get(0).error().orElseThrow()).contains(problem);
    assertRefused(backup);
  }

  private static void copyDigest(byte[] bytes, int from, int to, int place) throws Exception {
    byte[] digest =
        java.security.MessageDigest.getInstance("SHA-256")
            .digest(java.util.Arrays.copyOfRange(bytes, from, to));
    System.arraycopy(digest, 0, bytes, place, HASH);
  }

  @ParameterizedTest
  @CsvSource({
    "'\"type\" : \"incremental\"', '\"type\" : \"full\"'",
    "'\"parent\" : \"%s\"', '\"parent\" : null'",
    "'\"parent\" : \"%s\"', '\"parent\" : \"20991231-000000-000\"'",
    "'\"delta\" : {', '\"other\" : {'"
  })
  void aManifestThatContradictsItself_isUnusable(String before, String after) throws IOException {
    Backup full = create(BackupType.FULL);
    Backup backup = create(BackupType.INCREMENTAL);

    rewriteManifest(backup, before.formatted(full.id()), after);

    assertThat(backups.listing().unreadable()).hasSize(1);
    assertThat(backups.find(full.id())).isPresent();
  }

  @Test
  void aManifestThatClaimsAnotherPageMap_isUnusable() throws IOException {
    Backup full = createAutomatically();

    rewriteManifest(full, "app.db.pages.", "app.db.files.");

    assertThat(backups.listing().unreadable()).hasSize(1);
  }

  private void rewriteManifest(Backup backup, String before, String after) throws IOException {
    Path manifest = store.resolve("backup-metadata.%s.json".formatted(backup.id()));
    String document = Files.readString(manifest);
    String tampered = document.replace(before, after);
    assertThat(tampered).isNotEqualTo(document);
    Files.writeString(manifest, tampered);
    Files.writeString(
        store.resolve(manifest.getFileName() + ".sha256"),
        CodecPipeline.digest(manifest).sha256() + "  " + manifest.getFileName() + "\n");
  }

  @Test
  void aBaseOfALaterVersion_isNoDamage() throws IOException {
    Backup full = create(BackupType.FULL);
    Backup second = create(BackupType.INCREMENTAL);
    rewriteManifest(full, "\"compression\" : null", "\"compression\" : \"lz4\"");

    VerifyReport report = backups.verify(second.id());

    assertThat(report.files().get(0).obstacle()).contains(ErrorCode.UNSUPPORTED_FORMAT);
    assertThat(report.files().get(0).error().orElseThrow())
        .contains(
            "backup %s is stored in a way that this version does not read".formatted(full.id()));
    assertThat(backups.find(second.id()).orElseThrow().verified()).isTrue();
    assertThat(create(BackupType.INCREMENTAL).type()).isEqualTo(BackupType.FULL);
  }

  @Test
  void severalDatabases_haveADeltaEach_orNone() {
    SampleDatabase other = SampleDatabase.create(folder.resolve("other.db"), "delete", 4096);
    backups = builder().source(SqliteSource.of(other.path())).build();
    createAutomatically();
    change(1);
    Backup second = createAutomatically();
    other.execute("PRAGMA page_size=8192", "VACUUM");
    Backup third = createAutomatically();

    assertThat(second.components()).allMatch(component -> component.delta() != null);
    assertThat(third.type()).as("one has pages of another size").isEqualTo(BackupType.FULL);
    assertThat(third.components()).allMatch(component -> component.delta() == null);
    app.execute("DELETE FROM note");
    backups.restore(second.id());
    assertThat(app.query("SELECT count(*) FROM note")).containsExactly("200");
    assertThat(other.query("SELECT count(*) FROM item")).containsExactly("3");
  }

  @Test
  void aCopyOfTheChain_isRestoredIntoTheLiveDatabase_andTheNextBuildsOnIt() {
    create(BackupType.FULL);
    change(1);
    Backup old = create(BackupType.INCREMENTAL);
    String all = "SELECT group_concat(hex(body)) FROM note";
    List<String> then = app.query(all);
    app.execute("DELETE FROM note WHERE id > 20", "VACUUM", "PRAGMA journal_mode=wal");
    Backup recent = create(BackupType.INCREMENTAL);

    backups.restore(old.id());

    assertThat(app.query(all)).isEqualTo(then);
    Backup next = create(BackupType.INCREMENTAL);
    assertThat(next.parent()).as("the safety backup is none's parent").contains(recent.id());
    assertThat(component(next).originalSize()).isGreaterThan(component(recent).originalSize());
    assertRestores(next, app);
    assertThat(Optional.ofNullable(component(next).originalSha256())).isPresent();
  }
}
