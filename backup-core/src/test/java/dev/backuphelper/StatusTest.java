package dev.backuphelper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.report.OpenPlan;
import dev.backuphelper.report.StatusReport;
import dev.backuphelper.report.StatusReport.Code;
import dev.backuphelper.report.StatusReport.Group;
import dev.backuphelper.report.StatusReport.Reason;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.local.LocalStore;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StatusTest {
  @TempDir Path directory;
  private Path store;
  private SampleDatabase app;

  @BeforeEach
  void createDatabase() throws IOException {
    directory = directory.toRealPath();
    store = directory.resolve("backups");
    app = SampleDatabase.create(directory.resolve("app.db"));
  }

  private BackupHelper.Builder builder() {
    return BackupHelper.builder().directory(store);
  }

  private BackupHelper.Builder builder(SampleDatabase database) {
    return builder().source(SqliteSource.of(database.path()));
  }

  private static List<Code> codes(StatusReport status) {
    return status.reasons().stream().map(Reason::code).toList();
  }

  @Test
  void aStoreWithAGoodBackup_isHealthy() {
    Backup older = builder(app).build().create();
    Backup newer = builder(app).build().create();
    Clock later = Clock.fixed(newer.manifest().date().plus(Duration.ofHours(3)), ZoneOffset.UTC);

    StatusReport status = builder(app).clock(later).build().status();

    assertThat(status.healthy()).isTrue();
    assertThat(status.reasons()).isEmpty();
    assertThat(status.open()).isEmpty();
    Group group = status.groups().get(0);
    assertThat(status.groups()).hasSize(1);
    assertThat(group.id()).isEqualTo(older.group());
    assertThat(group.backups()).isEqualTo(2);
    assertThat(group.lastGood().orElseThrow().id()).isEqualTo(newer.id());
    assertThat(group.age()).contains(Duration.ofHours(3));
    assertThat(group.databases())
        .singleElement()
        .satisfies(
            database -> {
              assertThat(database.name().value()).isEqualTo("app.db");
              assertThat(database.source()).isEqualTo(app.path().toString());
            });
  }

  @Test
  void aChainIsGood_ifAllOfItIs() throws IOException {
    CreateRequest incremental = CreateRequest.builder().type(BackupType.INCREMENTAL).build();
    BackupHelper backups = builder(app).build();
    Backup full = backups.create(CreateRequest.builder().automaticType().build());
    Backup second = backups.create(incremental);
    Backup third = backups.create(incremental);
    assertThat(backups.status().healthy()).isTrue();
    assertThat(backups.status().groups().get(0).lastGood()).map(Backup::id).contains(third.id());

    Path map = store.resolve("app.db.pages." + full.id());
    Path aside = Files.move(map, directory.resolve("aside"));
    assertThat(codes(backups.status())).containsExactly(Code.MISSING_FILE);
    assertThat(backups.status().groups().get(0).lastGood())
        .as("a page map is not needed to restore")
        .map(Backup::id)
        .contains(third.id());
    Files.move(aside, map);

    for (String name : Folders.names(store)) {
      if (name.contains(second.id().value())) {
        Files.delete(store.resolve(name));
      }
    }
    assertThat(codes(backups.status())).containsExactly(Code.BROKEN_CHAIN);
    assertThat(backups.status().reasons().get(0).message())
        .isEqualTo("something that backup %s builds on is missing or bad".formatted(third.id()));
    assertThat(backups.status().groups().get(0).lastGood()).map(Backup::id).contains(full.id());
    Files.delete(store.resolve("app.db.backup." + full.id()));
    assertThat(codes(backups.status()))
        .containsExactly(Code.NO_GOOD_BACKUP, Code.BROKEN_CHAIN, Code.MISSING_FILE);
  }

  @Test
  void aClockThatWasSetBack_makesNoNegativeAge() {
    builder(app).build().create();

    StatusReport status =
        builder(app).clock(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC)).build().status();

    assertThat(status.groups().get(0).age()).contains(Duration.ZERO);
  }

  @Test
  void aStoreThatIsMissing_isAReason() {
    StatusReport status = builder(app).build().status();

    assertThat(status.healthy()).isFalse();
    assertThat(status.reasons())
        .containsExactly(new Reason(Code.STORE_MISSING, "there is no store at " + store));
    assertThat(store).doesNotExist();
  }

  @Test
  void aStoreThatCannotBeRead_isAReason() throws IOException {
    Files.writeString(store, "no folder");

    StatusReport status = builder(app).build().status();

    assertThat(codes(status)).containsExactly(Code.STORE_UNREADABLE);
    assertThat(status.reasons().get(0).message()).contains(store + " is no folder");
  }

  @Test
  void aStoreWithoutBackups_isAReason() throws IOException {
    Files.createDirectory(store);

    assertThat(codes(builder().build().status())).containsExactly(Code.NO_BACKUP);
  }

  @Test
  void noBackupOfTheConfiguredDatabases_isAReason() {
    SampleDatabase other = SampleDatabase.create(directory.resolve("other.db"));
    builder(other).build().create();

    assertThat(codes(builder().build().status())).isEmpty();
    StatusReport status = builder(app).build().status();
    assertThat(status.reasons())
        .containsExactly(new Reason(Code.NO_BACKUP, "there is no backup of [" + app.path() + "]"));
  }

  @Test
  void aGroupWithoutGoodBackup_isAReason_untilOneIsVerified() throws IOException {
    Backup bad = builder(app).build().create();
    Path artifact = store.resolve(bad.components().get(0).file());
    byte[] content = Files.readAllBytes(artifact);
    Files.write(artifact, new byte[content.length]);
    builder().build().verify(bad.id());

    StatusReport status = builder().build().status();

    assertThat(status.reasons())
        .containsExactly(
            new Reason(
                Code.NO_GOOD_BACKUP,
                "none of 1 backups of [" + app.path() + "] is verified and good"));
    assertThat(status.groups().get(0).lastGood()).isEmpty();
    assertThat(status.groups().get(0).age()).isEmpty();

    Files.write(artifact, content);
    builder().build().verify(bad.id());
    assertThat(builder().build().status().healthy()).isTrue();
  }

  @Test
  void aDamagedDatabase_hasNoGoodBackup() {
    SampleDatabase damaged = SampleDatabase.create(directory.resolve("damaged.db"));
    damaged.execute(
        "INSERT INTO item(name) VALUES ('x')",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = replace(sql, 'name TEXT', 'name TEXT CHECK (0)')",
        "CREATE TABLE account (owner TEXT)",
        "INSERT INTO account VALUES (null)",
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE account (owner TEXT NOT NULL)'"
            + " WHERE name = 'account'");
    assertThat(builder(damaged).build().create().damaged()).isTrue();

    assertThat(codes(builder().build().status())).containsExactly(Code.NO_GOOD_BACKUP);
  }

  @Test
  void whatCannotBeRead_isAReason() throws IOException {
    builder(app).build().create();
    Files.writeString(store.resolve("backup-metadata.20250101-000000-000.json"), "{");
    Files.writeString(store.resolve(".open-20250101-000000-001.json"), "{");
    Files.writeString(app.path().resolveSibling("app.db.backup-open.json"), "[]");

    StatusReport status = builder(app).build().status();

    assertThat(codes(status))
        .containsExactly(Code.UNREADABLE_MANIFEST, Code.UNREADABLE_PLAN, Code.UNREADABLE_PLAN);
    assertThat(status.reasons().get(0).message())
        .startsWith("backup-metadata.20250101-000000-000.json cannot be used: ");
    assertThat(status.reasons().get(1).message()).contains(".open-20250101-000000-001.json");
    assertThat(status.reasons().get(2).message()).contains("app.db.backup-open.json");
    assertThat(status.groups()).hasSize(1);
  }

  @Test
  void whatGoesOn_isReported_butIsNoReason() {
    builder(app).build().create();
    List<StatusReport> during = new ArrayList<>();

    BackupHelper backups =
        builder(app)
            .listener(
                event -> {
                  if (event instanceof BackupEvent.Step step
                      && List.of("pointer-written", "phase-writing").contains(step.step())) {
                    during.add(builder().build().status());
                  }
                })
            .build();
    backups.restore(backups.latest().orElseThrow().id());
    try (GuardedSection section =
        backups.guard(new GuardRequest("v42", OnCrash.RESTORE, Duration.ZERO, null))) {
      section.protect();
      section.begin();
      during.add(builder().build().status());
      section.commit();
    }

    assertThat(during).hasSize(4).allMatch(StatusReport::healthy);
    assertThat(during).allMatch(status -> status.open().get(0).atWork());
    assertThat(during.get(0).open().get(0).message()).contains("is beginning, by");
    OpenPlan restore = during.get(1).open().get(0);
    assertThat(restore.kind()).isEqualTo(OpenPlan.Kind.RESTORE);
    assertThat(restore.atWork()).isTrue();
    OpenPlan migration = during.get(3).open().get(0);
    assertThat(migration.kind()).isEqualTo(OpenPlan.Kind.MIGRATION);
    assertThat(migration.atWork()).isTrue();
    assertThat(migration.databases()).containsExactly(app.path());
    assertThat(migration.message()).startsWith("migration v42 of ").contains("is going on, by");
  }

  @Test
  void backupWhoseFileIsGone_isNoGoodOne() throws IOException {
    BackupHelper backups = builder(app).build();
    BackupId first = backups.create().id();
    Backup second = backups.create();
    String file = second.components().get(0).file();
    Files.delete(store.resolve(file));

    StatusReport status = backups.status();

    assertThat(status.reasons())
        .containsExactly(
            new StatusReport.Reason(
                StatusReport.Code.MISSING_FILE,
                "%s of backup %s is not there".formatted(file, second.id())));
    assertThat(status.groups().get(0).lastGood().orElseThrow().id()).isEqualTo(first);
  }

  @Test
  void pointerWithoutAPlan_saysWhatItWasOf() throws IOException {
    builder(app).build().create();
    new OpenPointers(LocalStore.in(store))
        .put(
            new OpenPointers.Pointer(
                new BackupId("20250101-000000-000"),
                OpenPointers.MIGRATION,
                List.of(),
                List.of(app.path() + ".backup-open.json"),
                false));

    OpenPlan left = builder(app).build().openPlans().get(0);

    assertThat(left.kind()).isEqualTo(OpenPlan.Kind.MIGRATION);
    assertThat(left.message())
        .isEqualTo("migration 20250101-000000-000 is open for [%s]".formatted(app.path()));
  }

  @Test
  void section_isUsedInItsOrder() throws Exception {
    BackupHelper backups = builder(app).build();
    GuardRequest request = new GuardRequest("v42", OnCrash.RESTORE, Duration.ZERO, null);
    try (GuardedSection section = backups.guard(request)) {
      assertThatIllegalStateException()
          .isThrownBy(section::begin)
          .withMessage(
              "begin is not for a section that is open: first protect, then begin, then commit or"
                  + " undo");
      assertThatIllegalStateException().isThrownBy(section::undo);
      section.protect();
      assertThatIllegalStateException().isThrownBy(section::protect);
      assertThatIllegalStateException().isThrownBy(section::commit);
      section.begin();
      section.undo();
      assertThatIllegalStateException().isThrownBy(section::undo);
    }
    assertThat(backups.openPlans()).isEmpty();
  }

  @Test
  void looking_changesNothing() throws IOException {
    builder(app).build().create();
    // Whatever a sweep would remove, and no lock file.
    Files.writeString(store.resolve(".intent-20250101-000000-000.json"), "{");
    Files.deleteIfExists(store.resolve(".lock"));
    Map<String, Instant> before = files();

    builder(app).build().status();
    builder(SampleDatabase.at(directory.resolve("none.db"))).build().status();

    assertThat(files()).isEqualTo(before);
  }

  private Map<String, Instant> files() throws IOException {
    TreeMap<String, Instant> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.toList()) {
        files.put(file.toString(), Files.getLastModifiedTime(file).toInstant());
      }
    }
    return files;
  }
}
