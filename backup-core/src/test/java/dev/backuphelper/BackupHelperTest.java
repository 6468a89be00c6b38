package dev.backuphelper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.crash.StoreDecorator;
import dev.backuphelper.error.AmbiguousException;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.BackupNotFoundException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.LockedException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Component;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.report.CreatePreview;
import dev.backuphelper.report.UsageReport;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.retention.RetentionPolicy;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.StoreFeature;
import dev.backuphelper.store.local.LocalStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BackupHelperTest {
  @TempDir Path directory;

  private Path store;
  private SampleDatabase app;
  private final List<BackupEvent> events = new ArrayList<>();

  @BeforeEach
  void createDatabase() throws IOException {
    directory = directory.toRealPath();
    store = directory.resolve("backups");
    app = SampleDatabase.create(directory.resolve("app.db"));
  }

  private BackupHelper.Builder builder(SampleDatabase... databases) {
    return BackupHelper.builder()
        .sources(Stream.of(databases).map(d -> SqliteSource.of(d.path())).toList())
        .directory(store)
        .listener(events::add)
        .lockTimeout(Duration.ofMillis(500));
  }

  private BackupHelper helper(SampleDatabase... databases) {
    return builder(databases).build();
  }

  private BackupHelper at(Instant now) {
    return builder(app).clock(Clock.fixed(now, ZoneOffset.UTC)).build();
  }

  @Test
  void create_writesWhatTheFormatSays() throws IOException {
    Backup backup = helper(app).create();

    Component component = backup.components().get(0);
    String id = backup.id().value();
    assertThat(component.file()).isEqualTo("app.db.backup." + id);
    Path artifact = store.resolve(component.file());
    assertThat(DigestUtils.sha256Hex(Files.readAllBytes(artifact))).isEqualTo(component.sha256());
    assertThat(store.resolve(component.file() + ".sha256"))
        .content(StandardCharsets.UTF_8)
        .isEqualTo(component.sha256() + "  " + component.file() + "\n");
    Path manifest = store.resolve("backup-metadata." + id + ".json");
    assertThat(store.resolve(manifest.getFileName() + ".sha256"))
        .content(StandardCharsets.UTF_8)
        .startsWith(DigestUtils.sha256Hex(Files.readAllBytes(manifest)));
    assertThat(SampleDatabase.at(artifact).items()).hasSize(3);
    assertThat(backup.verified()).isTrue();
    assertThat(component.facts()).containsEntry("page_size", 4096L).containsKey("tables");
    try (Stream<Path> files = Files.list(store)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith(".intent") || name.startsWith(".staging"));
    }
  }

  @Test
  void create_isReadBackEqualByAnotherHelper() {
    Backup backup =
        helper(app)
            .create(
                CreateRequest.builder()
                    .kind(BackupKind.ARCHIVE)
                    .description("before \"the\" move, äöü")
                    .tag("ticket", "42")
                    .checks(CheckLevel.FULL)
                    .pinned()
                    .actor("ops")
                    .git("0123abc", "main")
                    .build());

    assertThat(helper().list()).containsExactly(backup);
    assertThat(helper().find(backup.id())).contains(backup);
    assertThat(backup.pinned()).isTrue();
    assertThat(backup.manifest().tags()).containsEntry("ticket", "42");
    assertThat(backup.manifest().origin().createdBy()).isEqualTo("ops");
  }

  @Test
  void create_withoutChecks_isNotVerified() {
    Backup backup = helper(app).create(CreateRequest.builder().checks(CheckLevel.NONE).build());

    assertThat(backup.verified()).isFalse();
    assertThat(helper().verify(backup.id()).allValid()).isTrue();
    assertThat(helper().find(backup.id()).orElseThrow().verified()).isTrue();
  }

  @Test
  void create_withoutSources_isAnErrorAndMakesNothing() {
    assertThatThrownBy(() -> helper().create()).isInstanceOf(InvalidRequestException.class);
    assertThat(store).doesNotExist();
  }

  @Test
  void create_missingDatabase_isAnErrorAndMakesNothing() {
    assertThatThrownBy(() -> helper(SampleDatabase.at(directory.resolve("missing.db"))).create())
        .isInstanceOfSatisfying(
            SourceException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
              assertThat(failure).hasMessageContaining("missing.db");
            });
    assertThat(store).doesNotExist();
  }

  @Test
  void create_textFileAndEmptyFileAndFolder_areErrors() throws IOException {
    Path text = Files.writeString(directory.resolve("text.db"), "text ".repeat(1000));
    Path empty = Files.createFile(directory.resolve("empty.db"));
    for (Path unusable : List.of(text, empty, directory)) {
      assertThatThrownBy(() -> helper(SampleDatabase.at(unusable)).create())
          .isInstanceOfSatisfying(
              SourceException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE));
    }
    assertThat(helper().list()).isEmpty();
  }

  @Test
  void create_databaseWithoutTables_warns() {
    SampleDatabase bare = SampleDatabase.at(directory.resolve("bare.db"));
    bare.execute("PRAGMA user_version=7");

    Backup backup = helper(bare).create();

    assertThat(backup.damaged()).isFalse();
    assertThat(events)
        .anySatisfy(
            event ->
                assertThat(event)
                    .isInstanceOfSatisfying(
                        BackupEvent.Warning.class,
                        warning -> assertThat(warning.message()).contains("no tables")));
  }

  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "no file can have such a name there")
  @Test
  void create_oddNames_becomeSafeUniqueComponentNames() throws IOException {
    Path one = Files.createDirectory(directory.resolve("one"));
    Path two = Files.createDirectory(directory.resolve("two"));
    SampleDatabase[] databases = {
      SampleDatabase.create(one.resolve("same.db")),
      SampleDatabase.create(two.resolve("SAME.db")),
      SampleDatabase.create(directory.resolve("sp ace?%#'ä.db")),
      SampleDatabase.create(directory.resolve(".hidden.db")),
      SampleDatabase.create(directory.resolve("nul.db")),
      SampleDatabase.create(directory.resolve("x".repeat(150) + ".db")),
    };

    Backup backup = helper(databases).create();

    assertThat(backup.components()).hasSize(6);
    assertThat(backup.components().stream().map(c -> c.name().folded()).distinct()).hasSize(6);
    assertThat(backup.components())
        .allSatisfy(c -> assertThat(c.name().value()).matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}"));
    assertThat(helper().verifyAll().allValid()).isTrue();
    for (SampleDatabase database : databases) {
      database.execute("DELETE FROM item");
    }
    helper().restore(backup.id());
    for (SampleDatabase database : databases) {
      assertThat(database.items()).hasSize(3);
    }
  }

  @Test
  void create_sameDatabaseTwice_isTakenOnce() {
    assertThat(helper(app, app).create().components()).hasSize(1);
  }

  @Test
  void create_damagedSource_isPublishedAsDamaged() {
    app.execute("CREATE TABLE big(b)", "INSERT INTO big VALUES (randomblob(200000))");
    byte[] noise = new byte[4096];
    java.util.Arrays.fill(noise, (byte) 0x5a);
    app.overwrite(4096, noise);

    Backup backup = helper(app).create();

    assertThat(backup.damaged()).isTrue();
    assertThat(backup.verified()).isFalse();
    assertThat(helper().verify(backup.id()).allValid()).isFalse();
  }

  @Test
  void create_listenerThatThrows_doesNotBreakIt() {
    Backup backup =
        builder(app)
            .listener(
                event -> {
                  throw new IllegalStateException("broken listener");
                })
            .build()
            .create();

    assertThat(helper().verify(backup.id()).allValid()).isTrue();
  }

  @Test
  void preview_namesTheSourcesAndWritesNothing() {
    CreatePreview preview = helper(app).preview(CreateRequest.ofDefaults());

    assertThat(preview.components()).hasSize(1);
    assertThat(preview.components().get(0).size()).isEqualTo(8192);
    assertThat(preview.neededBytes()).isLessThan(preview.usableBytes());
    assertThat(store).doesNotExist();
  }

  @Test
  void resolve_takesIdsPrefixesAndLatest() {
    Backup first = at(Instant.parse("2025-01-01T00:00:00Z")).create();
    Backup second = at(Instant.parse("2025-06-01T00:00:00Z")).create();
    BackupHelper backups = helper();

    assertThat(backups.resolve("latest")).isEqualTo(second);
    assertThat(backups.latest()).contains(second);
    assertThat(backups.resolve("202501")).isEqualTo(first);
    assertThat(backups.resolve(first.id().value())).isEqualTo(first);
    assertThatThrownBy(() -> backups.resolve("2025")).isInstanceOf(AmbiguousException.class);
    for (String nonsense : List.of("../../x", "*", "", "2024", "latest2")) {
      assertThatThrownBy(() -> backups.resolve(nonsense))
          .isInstanceOf(BackupNotFoundException.class);
    }
  }

  @Test
  void latest_severalGroups_isAmbiguousUnlessTheSourcesSay() {
    SampleDatabase other = SampleDatabase.create(directory.resolve("other.db"));
    Backup ofApp = helper(app).create();
    Backup ofOther = helper(other).create();

    assertThatThrownBy(() -> helper().latest()).isInstanceOf(AmbiguousException.class);
    assertThat(helper(app).latest()).contains(ofApp);
    assertThat(helper(other).resolve("latest")).isEqualTo(ofOther);
  }

  @Test
  void latest_leavesSafetyBackupsOutUnlessThereIsNothingElse() {
    Backup safety = helper(app).createSafetyBackup("first");
    assertThat(helper(app).latest()).contains(safety);

    Backup manual = helper(app).create();
    helper(app).createSafetyBackup("second");

    assertThat(helper(app).latest()).contains(manual);
    assertThat(helper().resolve("latest")).isEqualTo(manual);
  }

  @Test
  void list_emptyOrMissingStore_isEmpty() {
    assertThat(helper().list()).isEmpty();
    assertThat(helper().latest()).isEmpty();
    assertThat(helper().usage()).isEqualTo(new UsageReport(0, 0, 0, 0));
    assertThat(helper().verifyAll().files()).isEmpty();
    assertThat(helper().cleanOld().removed()).isEmpty();
    assertThat(helper().recover().resolved()).isEmpty();
    assertThat(store).doesNotExist();
  }

  @Test
  void listing_corruptManifestBesideGoodOnes_isListedAsUnreadable() throws IOException {
    Backup good = helper(app).create();
    Files.writeString(store.resolve("backup-metadata.20250101-000000-000.json"), "{ torn");
    Files.writeString(
        store.resolve("backup-metadata.20250102-000000-000.json"), "{\"format\": 99}");
    Files.writeString(store.resolve("backup-metadata.20250103-000000.json"), "{}");

    assertThat(helper().listing().backups()).containsExactly(good);
    assertThat(helper().listing().unreadable()).hasSize(3);
    assertThat(helper().listing().unreadable().get(1).reason()).contains("format 99");
    assertThatThrownBy(() -> helper().restore(new BackupId("20250102-000000-000")))
        .hasMessageContaining("format 99");
    VerifyReport report = helper().verifyAll();
    assertThat(report.valid()).isEqualTo(1);
    assertThat(report.invalid()).isEqualTo(3);
  }

  @Test
  void verify_limits_findTooOldTooSmallAndTooLarge() {
    Backup old = at(Instant.parse("2025-01-01T00:00:00Z")).create();
    BackupHelper later = at(Instant.parse("2025-01-03T00:00:00Z"));

    assertThat(error(later, VerifyRequest.builder().maxAge(Duration.ofDays(1))))
        .contains("too old");
    assertThat(error(later, VerifyRequest.builder().minSize(1 << 20))).contains("too small");
    assertThat(error(later, VerifyRequest.builder().maxSize(100))).contains("too large");
    assertThat(later.verify(VerifyRequest.builder().maxAge(Duration.ofDays(3)).build()).allValid())
        .isTrue();
    assertThat(old.id().value()).isEqualTo("20250101-000000-000");
  }

  @Test
  void verify_maxAgeOfNamedBackups_isThatOfTheNewest_inWhateverOrder() {
    BackupId old = at(Instant.parse("2025-01-01T00:00:00Z")).create().id();
    BackupId recent = at(Instant.parse("2025-01-03T00:00:00Z")).create().id();
    BackupHelper now = at(Instant.parse("2025-01-03T12:00:00Z"));

    for (List<BackupId> order : List.of(List.of(old, recent), List.of(recent, old))) {
      VerifyRequest.Builder request = VerifyRequest.builder().maxAge(Duration.ofDays(1));
      order.forEach(request::id);

      assertThat(now.verify(request.build()).allValid()).isTrue();
    }
  }

  /** It would hide that no backups are made any more. */
  @Test
  void verify_maxAge_isNotMetByASafetyBackup() {
    BackupHelper now = at(Instant.parse("2025-01-03T00:00:00Z"));
    VerifyRequest.Builder request = VerifyRequest.builder().maxAge(Duration.ofDays(1));
    now.createSafetyBackup("v42");
    assertThat(now.verify(request.build()).allValid()).as("there is nothing else").isTrue();
    at(Instant.parse("2025-01-03T01:00:00Z")).create();
    BackupHelper later = at(Instant.parse("2025-01-06T00:00:00Z"));

    later.createSafetyBackup("v43");

    assertThat(later.verify(request.build()).files())
        .filteredOn(file -> !file.valid())
        .singleElement()
        .satisfies(file -> assertThat(file.error().orElseThrow()).contains("too old"));
  }

  @Test
  void verify_maxAge_isNotBlindedByAClockThatStoodAhead() throws IOException {
    at(Instant.parse("2031-01-01T00:00:00Z")).create();
    VerifyRequest.Builder request = VerifyRequest.builder().maxAge(Duration.ofDays(1));

    assertThat(error(at(Instant.parse("2025-01-01T00:00:00Z")), request))
        .contains("dated 2031-01-01T00:00:00Z, more than a day ahead");

    at(Instant.parse("2025-01-01T00:00:00Z")).create();
    assertThat(at(Instant.parse("2025-01-01T12:00:00Z")).verify(request.build()).allValid())
        .isTrue();
    assertThat(error(at(Instant.parse("2025-01-03T00:00:00Z")), request)).contains("too old");

    Files.setLastModifiedTime(app.path(), FileTime.from(Instant.parse("2031-01-01T00:00:00Z")));
    request = VerifyRequest.builder().file(app.path()).maxAge(Duration.ofDays(1));
    assertThat(error(at(Instant.parse("2025-01-01T00:00:00Z")), request)).contains("a day ahead");
  }

  private static String error(BackupHelper backups, VerifyRequest.Builder request) {
    return backups.verify(request.build()).files().get(0).error().orElseThrow();
  }

  @Test
  void verify_plainFiles_tellsGoodFromBad() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("plain"));
    Files.copy(app.path(), folder.resolve("good.db"));
    try (var out =
        new java.util.zip.GZIPOutputStream(
            Files.newOutputStream(folder.resolve("good.sqlite3.gz")))) {
      Files.copy(app.path(), out);
    }
    Files.writeString(folder.resolve("text.sqlite"), "no database");
    Files.createFile(folder.resolve("empty.db"));
    Files.writeString(folder.resolve("ignored.txt"), "not looked at");
    SampleDatabase.at(folder.resolve("bare.db")).execute("PRAGMA user_version=1");
    Files.createSymbolicLink(folder.resolve("link.db"), app.path());

    VerifyReport report = helper().verify(VerifyRequest.builder().file(folder).build());

    assertThat(report.files()).hasSize(5);
    assertThat(report.valid()).isEqualTo(2);
    assertThat(report.files())
        .filteredOn(file -> !file.valid())
        .extracting(file -> file.error().orElseThrow())
        .anyMatch(text -> text.contains("no tables"))
        .anyMatch(text -> text.contains("empty"))
        .allMatch(text -> text.contains("validation failed"));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(7);
    }
    assertThatThrownBy(
            () ->
                helper().verify(VerifyRequest.builder().file(directory.resolve("none.db")).build()))
        .hasMessageContaining("does not exist");
  }

  @Test
  void verify_patterns_chooseOtherFiles() throws IOException {
    Files.copy(app.path(), directory.resolve("data.bin"));

    VerifyReport report =
        helper().verify(VerifyRequest.builder().file(directory).pattern("*.bin").build());

    assertThat(report.files()).hasSize(1);
    assertThat(report.allValid()).isTrue();
  }

  @Test
  void cleanOld_keepsTheLastAndTheNewestVerified() {
    List<Backup> made = new ArrayList<>();
    for (int day = 1; day <= 5; day++) {
      made.add(at(Instant.parse("2025-01-0%dT00:00:00Z".formatted(day))).create());
    }
    BackupHelper backups = at(Instant.parse("2025-01-06T00:00:00Z"));
    backups.pin(made.get(0).id());

    CleanReport rehearsal = backups.cleanOld(RetentionPolicy.keepLast(2), true);
    assertThat(rehearsal.removed()).hasSize(2);
    assertThat(backups.list()).hasSize(5);

    CleanReport report = backups.cleanOld(2);

    assertThat(report.removed())
        .extracting(CleanReport.Removed::id)
        .containsExactly(made.get(2).id().value(), made.get(1).id().value());
    assertThat(report.freedBytes()).isGreaterThan(2 * 8192);
    assertThat(backups.list())
        .extracting(Backup::id)
        .containsExactly(made.get(4).id(), made.get(3).id(), made.get(0).id());
    assertThat(backups.cleanOld(2).removed()).isEmpty();
    assertThatThrownBy(() -> backups.cleanOld(0)).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void cleanOld_newestIsBad_keepsTheOneThatWasReadAndFoundGood() {
    Backup good = at(Instant.parse("2025-01-01T00:00:00Z")).create();
    Backup bad = at(Instant.parse("2025-01-02T00:00:00Z")).create();
    SampleDatabase.at(store.resolve(bad.components().get(0).file()))
        .overwrite(8000, new byte[] {9});
    BackupHelper backups = at(Instant.parse("2025-01-06T00:00:00Z"));

    backups.cleanOld(1);

    assertThat(backups.list()).extracting(Backup::id).contains(good.id());
    assertThat(backups.restore(good.id()).verified()).isTrue();
  }

  @Test
  void cleanOld_nothingGood_removesNothing() {
    for (int day = 1; day <= 3; day++) {
      Backup backup = at(Instant.parse("2025-01-0%dT00:00:00Z".formatted(day))).create();
      SampleDatabase.at(store.resolve(backup.components().get(0).file()))
          .overwrite(8000, new byte[] {9});
    }
    BackupHelper backups = at(Instant.parse("2025-01-06T00:00:00Z"));

    assertThat(backups.cleanOld(1).removed()).isEmpty();
    assertThat(backups.list()).hasSize(3);
  }

  @Test
  void cleanOld_backupFarInTheFuture_isRefused() {
    at(Instant.parse("2031-01-01T00:00:00Z")).create();
    BackupHelper backups = at(Instant.parse("2025-01-06T00:00:00Z"));
    Backup after = backups.create();

    assertThat(after.id().value()).isEqualTo("20310101-000000-001");
    assertThat(after.manifest().date()).isEqualTo(Instant.parse("2025-01-06T00:00:00Z"));
    assertThat(events)
        .anyMatch(e -> e instanceof BackupEvent.Warning w && w.message().contains("clock"));
    assertThatThrownBy(() -> backups.cleanOld(1)).isInstanceOf(RefusedException.class);
  }

  @Test
  void cleanFolder_keepsTheNewestGoodFiles() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("plain"));
    for (int day = 1; day <= 4; day++) {
      Path file = folder.resolve("day" + day + ".db");
      Files.copy(app.path(), file);
      Files.setLastModifiedTime(
          file, FileTime.from(Instant.parse("2025-01-0%dT00:00:00Z".formatted(day))));
    }
    Files.writeString(folder.resolve("day1.db-wal"), "in use");

    CleanReport report =
        helper().cleanFolder(folder, RetentionPolicy.keepLast(1), List.of(), false);

    assertThat(report.removed())
        .extracting(CleanReport.Removed::id)
        .containsExactly("day3.db", "day2.db");
    assertThat(folder.resolve("day4.db")).exists();
    assertThat(folder.resolve("day1.db")).exists();
  }

  @Test
  void sources_eachIsReadWithItsOwnSettings() throws SQLException {
    SampleDatabase other = SampleDatabase.create(directory.resolve("other.db"));
    List<String> prepared = new ArrayList<>();
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(app.path()))
            .source(
                SqliteSource.builder(other.path())
                    .onConnect(connection -> prepared.add(connection.getMetaData().getURL()))
                    .build())
            .directory(store)
            .build();
    BackupId id = backups.create().id();
    prepared.clear();

    assertThat(backups.verify(id).allValid()).isTrue();

    assertThat(prepared).isNotEmpty().allMatch(url -> url.contains("other.db.backup." + id));
  }

  @Test
  void lockTimeout_forEver_isNoError() throws SQLException {
    BackupHelper patient = builder(app).lockTimeout(Duration.ofSeconds(Long.MAX_VALUE)).build();

    BackupId id = patient.create().id();

    assertThat(patient.restore(id).id()).contains(id);
  }

  @Test
  void create_databaseThatStaysLocked_waitsAsLongAsItWasTold() throws SQLException {
    BackupHelper impatient = builder(app).lockTimeout(Duration.ZERO).build();
    try (Connection writer = app.open();
        Statement statement = writer.createStatement()) {
      statement.execute("BEGIN EXCLUSIVE");
      long begun = System.nanoTime();

      assertThatThrownBy(impatient::create)
          .isInstanceOf(LockedException.class)
          .hasMessageContaining("is locked by another connection");

      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
    }
    assertThat(impatient.create().verified()).isTrue();
  }

  @Test
  void verify_interrupted_saysSoAndTakesNoBackupForBad() throws IOException {
    Backup backup = helper(app).create();
    VerifyRequest plain = VerifyRequest.builder().file(directory).build();

    for (VerifyRequest request :
        List.of(VerifyRequest.all(), VerifyRequest.builder().id(backup.id()).build(), plain)) {
      Thread.currentThread().interrupt();
      BackupException failure =
          catchThrowableOfType(BackupException.class, () -> helper().verify(request));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(failure.code()).isEqualTo(ErrorCode.INTERRUPTED);
      assertThat(failure.hint()).isPresent();
    }
    assertThat(helper().list()).containsExactly(backup);
  }

  @Test
  void delete_removesEveryFileOfTheBackup() throws IOException {
    Backup first = helper(app).create();
    Backup second = helper(app).create();

    helper().delete(first.id());

    assertThat(helper().list()).extracting(Backup::id).containsExactly(second.id());
    try (Stream<Path> files = Files.list(store)) {
      assertThat(files.map(Path::toString)).noneMatch(name -> name.contains(first.id().value()));
    }
  }

  @Test
  void delete_whatASafetyRuleKeeps_isRefusedAndRemovesNothing() {
    Backup first = helper(app).create();
    Backup second = helper(app).create();
    helper().pin(first.id());

    assertThatThrownBy(() -> helper().delete(List.of(second.id(), first.id()), true, false))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("pinned");
    assertThat(helper().list()).hasSize(2);
    helper().unpin(first.id());
    helper().delete(first.id());
    assertThatThrownBy(() -> helper().delete(second.id())).isInstanceOf(RefusedException.class);
    assertThat(helper().delete(List.of(second.id()), true, true).removed()).hasSize(1);
    assertThat(helper().list()).hasSize(1);
    helper().delete(List.of(second.id()), true, false);
    assertThat(helper().list()).isEmpty();
    assertThatThrownBy(() -> helper().delete(second.id()))
        .isInstanceOf(BackupNotFoundException.class);
  }

  @Test
  void delete_backupWithUnreadableManifest_needsForce() throws IOException {
    Backup backup = helper(app).create();
    helper(app).create();
    Files.writeString(store.resolve("backup-metadata." + backup.id() + ".json"), "torn");

    assertThatThrownBy(() -> helper().delete(backup.id()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("its manifest cannot be used");
    assertThat(names()).anyMatch(name -> name.startsWith("app.db.backup." + backup.id()));

    helper().delete(List.of(backup.id()), true, false);
    assertThat(names()).noneMatch(name -> name.contains(backup.id().value()));
  }

  @Test
  void delete_backupWithUnreadableManifest_pinnedOrNamed_isRefusedEvenWithForce()
      throws IOException {
    Backup pinned = helper(app).create();
    Backup named = helper(app).create();
    helper().pin(pinned.id());
    for (Backup backup : List.of(pinned, named)) {
      Files.writeString(store.resolve("backup-metadata." + backup.id() + ".json"), "torn");
    }
    Files.writeString(
        store.resolve(".open-20250101-000000-000.json"),
        "{\"format\":1,\"id\":\"20250101-000000-000\",\"operation\":\"restore\","
            + "\"backups\":[\"%s\"],\"plans\":[]}".formatted(named.id()));

    assertThatThrownBy(() -> helper().delete(List.of(pinned.id()), true, false))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("is pinned");
    assertThatThrownBy(() -> helper().delete(List.of(named.id()), true, false))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("needed by a restore or a migration that is open");
    assertThat(names()).contains("app.db.backup." + pinned.id(), "app.db.backup." + named.id());
  }

  @Test
  void storeWhoseLockKeepsNobodyOut_losesNothing() throws IOException {
    Backup first = helper(app).create();
    Path leftover = store.resolve(".deleted-20250101-000000-000.json");
    Files.writeString(leftover, "{}");
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(app.path()))
            .store(
                new StoreDecorator(LocalStore.in(store)) {
                  @Override
                  public Set<StoreFeature> features() {
                    return Set.of();
                  }
                })
            .build();

    backups.create();

    for (ThrowingCallable removal :
        List.<ThrowingCallable>of(() -> backups.cleanOld(1), () -> backups.delete(first.id()))) {
      assertThatThrownBy(removal)
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("its lock does not keep others out");
    }
    assertThat(backups.recover().swept()).isEmpty();
    assertThat(backups.cleanOld(RetentionPolicy.keepLast(1), true).removed()).hasSize(1);
    assertThat(backups.verifyAll().valid()).isEqualTo(2);
    assertThat(leftover).exists();
  }

  @Test
  void delete_oneThatCannotBeRemoved_isReportedAndTheOthersGo() {
    Backup first = helper(app).create();
    Backup stuck = helper(app).create();
    Backup last = helper(app).create();
    BackupHelper backups =
        BackupHelper.builder()
            .store(
                new StoreDecorator(LocalStore.in(store)) {
                  @Override
                  public void rename(String from, String to) throws IOException {
                    if (from.contains(stuck.id().value())) {
                      throw new java.nio.file.FileSystemException(from, null, "stuck");
                    }
                    super.rename(from, to);
                  }
                })
            .build();

    CleanReport report = backups.delete(List.of(first.id(), stuck.id()), false, false);

    assertThat(report.dryRun()).isFalse();
    assertThat(report.removed())
        .extracting(CleanReport.Removed::id)
        .containsExactly(first.id().value());
    assertThat(report.freedBytes()).isGreaterThan(8192);
    assertThat(report.errors())
        .singleElement()
        .asString()
        .startsWith(stuck.id() + ": ")
        .contains("stuck");
    assertThat(helper().list()).extracting(Backup::id).containsExactly(last.id(), stuck.id());
  }

  @Test
  void deleteVerifyAndCompare_withoutAStore_findNoBackup() {
    BackupId id = new BackupId("20250101-000000-000");

    for (ThrowingCallable work :
        List.<ThrowingCallable>of(
            () -> helper().delete(id), () -> helper().verify(id), () -> helper().compare(id))) {
      assertThatThrownBy(work)
          .isInstanceOfSatisfying(
              BackupNotFoundException.class, e -> assertThat(e.hint()).isPresent())
          .hasMessageContaining("backup not found: '" + id + "'");
    }
    assertThat(store).doesNotExist();
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(store)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void usage_addsUpArtifactsAndMetadata() {
    helper(app).create();

    UsageReport usage = helper().usage();

    assertThat(usage.backups()).isEqualTo(1);
    assertThat(usage.artifactBytes()).isEqualTo(8192);
    assertThat(usage.totalBytes()).isEqualTo(usage.artifactBytes() + usage.metadataBytes());
  }

  @Test
  void builder_withoutStore_saysSo() {
    assertThatThrownBy(() -> BackupHelper.builder().build())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> BackupHelper.builder().lockTimeout(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
