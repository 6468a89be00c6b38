package dev.backuphelper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.BackupNotFoundException;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.LockedException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.report.CompareReport;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.source.TargetState;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.local.LocalStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RestoreTest {
  @TempDir Path directory;

  private Path store;
  private SampleDatabase app;

  @BeforeEach
  void createDatabase() throws IOException {
    directory = directory.toRealPath();
    store = directory.resolve("backups");
    app = SampleDatabase.create(directory.resolve("app.db"));
  }

  private BackupHelper helper(SampleDatabase... databases) {
    return BackupHelper.builder()
        .sources(Stream.of(databases).map(d -> SqliteSource.of(d.path())).toList())
        .directory(store)
        .lockTimeout(Duration.ofMillis(500))
        .build();
  }

  @Test
  void restore_existingDatabase_bringsBackRowsAndKeepsTheFormerStateAsSafetyBackup() {
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    app.execute("DELETE FROM item", "CREATE TABLE later(x)");

    RestoreReport report = backups.restore(backup.id());

    assertThat(report.outcome()).isEqualTo(RestoreOutcome.RESTORED);
    assertThat(report.verified()).isTrue();
    assertThat(app.items()).containsExactly("one", "two", "three");
    assertThat(app.query("SELECT name FROM sqlite_schema WHERE type='table'"))
        .containsExactly("item");
    Backup safety = backups.find(report.safetyBackup().orElseThrow()).orElseThrow();
    assertThat(safety.kind()).isEqualTo(BackupKind.SAFETY);
    assertThat(safety.manifest().operation()).isEqualTo("pre_restore");
    backups.restore(safety.id());
    assertThat(app.items()).isEmpty();
    assertThat(app.query("SELECT name FROM sqlite_schema WHERE name='later'")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"delete,delete", "delete,wal", "wal,delete", "wal,wal"})
  void restore_whileConnectionIsOpen_isSeenByItAndEachSideKeepsItsMode(
      String backupMode, String targetMode) throws SQLException {
    SampleDatabase source = SampleDatabase.create(directory.resolve("s.db"), backupMode, 4096);
    Backup backup = helper(source).create();
    SampleDatabase target = SampleDatabase.create(directory.resolve("t.db"), targetMode, 4096);
    target.execute("DELETE FROM item", "INSERT INTO item(name) VALUES ('old')");
    try (Connection open = target.open()) {
      assertThat(SampleDatabase.query(open, "SELECT name FROM item")).containsExactly("old");

      helper().restore(RestoreRequest.of(backup.id()).to(target.path()).build());

      assertThat(SampleDatabase.query(open, "SELECT name FROM item"))
          .containsExactly("one", "two", "three");
      try (Statement statement = open.createStatement()) {
        statement.execute("INSERT INTO item(name) VALUES ('four')");
      }
    }
    assertThat(target.items()).containsExactly("one", "two", "three", "four");
    assertThat(target.query("PRAGMA journal_mode")).containsExactly(targetMode);
    assertThat(source.query("PRAGMA journal_mode")).containsExactly(backupMode);
  }

  @ParameterizedTest
  @ValueSource(strings = {"wal", "delete"})
  void restore_missingTarget_getsTheJournalModeOfTheBackup(String mode) throws IOException {
    SampleDatabase source = SampleDatabase.create(directory.resolve("s.db"), mode, 4096);
    BackupHelper backups = helper(source);
    Backup backup = backups.create();
    Files.delete(source.path());

    RestoreReport report = backups.restore(backup.id());

    assertThat(report.restored().get(0).before()).isEqualTo(TargetState.MISSING);
    assertThat(report.safetyBackup()).isEmpty();
    assertThat(source.items()).containsExactly("one", "two", "three");
    assertThat(source.query("PRAGMA journal_mode")).containsExactly(mode);
    assertThat(beside(source.path())).containsExactly("s.db", "s.db.backup-lock");
  }

  @Test
  void restore_targetInMissingFolder_makesTheFolder() {
    Backup backup = helper(app).create();
    SampleDatabase target = SampleDatabase.at(directory.resolve("a/b/c.db"));

    helper().restore(RestoreRequest.of(backup.id()).to(target.path()).build());

    assertThat(target.items()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {221, 231, 250})
  void restore_targetWithTooLongAName_isRefusedBeforeAnythingIsWritten(int length)
      throws IOException {
    Backup backup = helper(app).create();
    Set<String> before = beside(store.resolve("."));
    Path target = directory.resolve("missing/" + "n".repeat(length - 3) + ".db");

    assertThatThrownBy(() -> helper().restore(RestoreRequest.of(backup.id()).to(target).build()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("too long for the files that a restore puts beside it")
        .hasMessageContaining("by " + (length - 220) + " bytes");

    assertThat(target.getParent()).doesNotExist();
    assertThat(beside(store.resolve("."))).isEqualTo(before);
    assertThat(helper().openPlans()).isEmpty();
  }

  @Test
  void restore_targetWithTheLongestName_works() {
    Backup backup = helper(app).create();
    SampleDatabase target = SampleDatabase.at(directory.resolve("n".repeat(217) + ".db"));

    helper().restore(RestoreRequest.of(backup.id()).to(target.path()).build());
    target.execute("DELETE FROM item");
    helper().restore(RestoreRequest.of(backup.id()).to(target.path()).build());

    assertThat(target.items()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {231, 250})
  void recover_pointerToATargetWithTooLongAName_canBeClosed(int length) throws IOException {
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    Path target = directory.resolve("n".repeat(length - 3) + ".db");
    if (length < 240) {
      Files.createFile(directory.resolve(target.getFileName() + ".backup-lock"));
    }
    new OpenPointers(LocalStore.in(store))
        .put(
            new OpenPointers.Pointer(
                new BackupId("20260101-000000-000"),
                "restore",
                List.of(backup.id()),
                List.of(target + ".backup-open.json"),
                false));

    RecoverReport report = backups.recover(new RecoverRequest(null, RecoverChoice.KEEP, false));

    assertThat(report.open()).isEmpty();
    assertThat(report.resolved()).hasSize(1);
    assertThat(backups.openPlans()).isEmpty();
  }

  @Test
  void restore_targetIsAFolder_isRefusedAndTouchesNothing() {
    Backup backup = helper(app).create();

    assertThatThrownBy(() -> helper().restore(RestoreRequest.of(backup.id()).to(directory).build()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("the target is a folder");
  }

  @Test
  void restore_ontoGarbage_keepsItAsideWithItsSidecars() throws IOException {
    Backup backup = helper(app).create();
    Path target = directory.resolve("garbage.db");
    Files.writeString(target, "this is no database ".repeat(500));
    Files.writeString(directory.resolve("garbage.db-journal"), "a stale journal");

    RestoreReport report = helper().restore(RestoreRequest.of(backup.id()).to(target).build());

    assertThat(SampleDatabase.at(target).items()).hasSize(3);
    Path aside = report.restored().get(0).keptAside().orElseThrow();
    assertThat(aside.getFileName().toString()).startsWith("garbage.db.broken-");
    assertThat(aside).content(StandardCharsets.UTF_8).startsWith("this is no database");
    assertThat(directory.resolve(aside.getFileName() + "-journal"))
        .content(StandardCharsets.UTF_8)
        .isEqualTo("a stale journal");
    assertThat(directory.resolve("garbage.db-journal")).doesNotExist();
  }

  @Test
  void restore_ontoZeroedHeader_keepsItAside() {
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    app.overwrite(0, new byte[100]);

    RestoreReport report = backups.restore(backup.id());

    assertThat(report.restored().get(0).before()).isEqualTo(TargetState.UNREADABLE);
    assertThat(app.items()).hasSize(3);
    assertThat(report.restored().get(0).keptAside()).isPresent();
  }

  @Test
  void restore_ontoTruncatedDatabase_works() throws IOException {
    app.execute("CREATE TABLE big(b)", "INSERT INTO big VALUES (zeroblob(100000))");
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    try (var channel = Files.newByteChannel(app.path(), java.nio.file.StandardOpenOption.WRITE)) {
      channel.truncate(6000);
    }

    backups.restore(backup.id());

    assertThat(app.items()).hasSize(3);
    assertThat(app.query("PRAGMA integrity_check")).containsExactly("ok");
  }

  @Test
  void restore_ontoEmptyFile_works() throws IOException {
    Backup backup = helper(app).create();
    Path target = Files.createFile(directory.resolve("empty.db"));

    RestoreReport report = helper().restore(RestoreRequest.of(backup.id()).to(target).build());

    assertThat(report.restored().get(0).before()).isEqualTo(TargetState.EMPTY);
    assertThat(SampleDatabase.at(target).items()).hasSize(3);
  }

  @Test
  void restore_ontoDamagedButReadable_keepsADamagedSafetyBackup() {
    app.execute("CREATE TABLE big(b)", "INSERT INTO big VALUES (randomblob(200000))");
    app.execute("CREATE INDEX by_name ON item(name)");
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    byte[] noise = new byte[4096];
    java.util.Arrays.fill(noise, (byte) 0x5a);
    app.overwrite(4096, noise);

    RestoreReport report = backups.restore(backup.id());

    assertThat(app.items()).hasSize(3);
    Backup safety = backups.find(report.safetyBackup().orElseThrow()).orElseThrow();
    assertThat(safety.damaged()).isTrue();
    assertThat(safety.verified()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"wal", "delete"})
  void restore_otherPageSize_works(String targetMode) {
    Backup backup = helper(app).create();
    SampleDatabase target = SampleDatabase.create(directory.resolve("t.db"), targetMode, 1024);

    helper().restore(RestoreRequest.of(backup.id()).to(target.path()).build());

    assertThat(target.items()).hasSize(3);
    assertThat(target.query("PRAGMA journal_mode")).containsExactly(targetMode);
    assertThat(target.query("PRAGMA page_size")).containsExactly("4096");
  }

  @Test
  void restore_otherPageSizeOntoWalInUse_isRefusedAndChangesNothing() throws SQLException {
    Backup backup = helper(app).create();
    SampleDatabase target = SampleDatabase.create(directory.resolve("t.db"), "wal", 1024);
    target.execute("INSERT INTO item(name) VALUES ('mine')");
    try (Connection open = target.open()) {
      SampleDatabase.query(open, "SELECT * FROM item");

      assertThatThrownBy(
              () -> helper().restore(RestoreRequest.of(backup.id()).to(target.path()).build()))
          .isInstanceOf(LockedException.class);

      assertThat(SampleDatabase.query(open, "SELECT name FROM item")).contains("mine");
    }
    assertThat(target.items()).contains("mine");
    assertThat(helper().openPlans()).isEmpty();
  }

  @Test
  void restore_throughSymbolicLink_replacesTheContentAndKeepsTheLink() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link.db"), app.path());
    BackupHelper backups = helper(SampleDatabase.at(link));
    Backup backup = backups.create();
    app.execute("DELETE FROM item");

    backups.restore(backup.id());

    assertThat(link).isSymbolicLink();
    assertThat(app.items()).hasSize(3);
    assertThat(backup.components().get(0).source()).isEqualTo(app.path().toString());
  }

  @Test
  void restore_targetWithStaleWal_leavesNothingOfIt() throws Exception {
    SampleDatabase wal = SampleDatabase.create(directory.resolve("w.db"), "wal", 4096);
    BackupHelper backups = helper(wal);
    Backup backup = backups.create();
    Path copy = directory.resolve("c.db");
    try (Connection open = wal.open();
        Statement statement = open.createStatement()) {
      statement.execute("PRAGMA wal_autocheckpoint=0");
      statement.execute("INSERT INTO item(name) VALUES ('only in the log')");
      Files.copy(wal.path(), copy);
      Files.copy(directory.resolve("w.db-wal"), directory.resolve("c.db-wal"));
    }

    RestoreReport report = backups.restore(RestoreRequest.of(backup.id()).to(copy).build());

    assertThat(SampleDatabase.at(copy).items()).containsExactly("one", "two", "three");
    Path undo = directory.resolve("undo.db");
    backups.restore(RestoreRequest.of(report.safetyBackup().orElseThrow()).to(undo).build());
    assertThat(SampleDatabase.at(undo).items()).contains("only in the log");
  }

  @Test
  void restore_targetLockedByAWriter_isRefusedAndChangesNothing() throws SQLException {
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    app.execute("DELETE FROM item");
    try (Connection open = app.open();
        Statement statement = open.createStatement()) {
      statement.execute("BEGIN EXCLUSIVE");

      assertThatThrownBy(() -> backups.restore(backup.id())).isInstanceOf(LockedException.class);

      statement.execute("COMMIT");
    }
    assertThat(app.items()).isEmpty();
  }

  @Test
  void restore_severalComponents_allOrNone() throws Exception {
    SampleDatabase other = SampleDatabase.create(directory.resolve("other.db"));
    BackupHelper backups = helper(app, other);
    Backup backup = backups.create();
    app.execute("DELETE FROM item");
    other.execute("DELETE FROM item WHERE id > 1");
    try (Connection open = other.open();
        Statement statement = open.createStatement()) {
      // A reader does not stop the safety backup, but the second write.
      statement.execute("BEGIN");
      statement.executeQuery("SELECT * FROM item").next();

      assertThatThrownBy(() -> backups.restore(backup.id()))
          .isInstanceOfSatisfying(
              RestoreFailedException.class,
              failure -> {
                assertThat(failure.outcome()).isEqualTo(RestoreOutcome.ROLLED_BACK);
                assertThat(failure.code()).isEqualTo(ErrorCode.LOCKED);
                assertThat(failure.safetyBackup()).isPresent();
              });
    }
    assertThat(app.items()).isEmpty();
    assertThat(other.items()).containsExactly("one");
    assertThat(backups.openPlans()).isEmpty();

    backups.restore(backup.id());

    assertThat(app.items()).hasSize(3);
    assertThat(other.items()).hasSize(3);
  }

  @Test
  void restore_severalComponentsIntoAFolder_namesThemAsInTheBackup() {
    SampleDatabase other = SampleDatabase.create(directory.resolve("other.db"));
    Backup backup = helper(app, other).create();
    Path folder = directory.resolve("restored");

    helper().restore(RestoreRequest.of(backup.id()).to(folder).build());

    assertThat(SampleDatabase.at(folder.resolve("app.db")).items()).hasSize(3);
    assertThat(SampleDatabase.at(folder.resolve("other.db")).items()).hasSize(3);
  }

  @Test
  void restore_oneComponent_leavesTheOthers() {
    SampleDatabase other = SampleDatabase.create(directory.resolve("other.db"));
    BackupHelper backups = helper(app, other);
    Backup backup = backups.create();
    app.execute("DELETE FROM item");
    other.execute("DELETE FROM item");

    backups.restore(RestoreRequest.of(backup.id()).component(new SourceName("other.db")).build());

    assertThat(app.items()).isEmpty();
    assertThat(other.items()).hasSize(3);
  }

  @Test
  void restore_dryRun_changesNothing() {
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    app.execute("DELETE FROM item");
    Set<String> before = beside(app.path());

    RestoreReport report = backups.restore(RestoreRequest.of(backup.id()).dryRun().build());

    assertThat(report.dryRun()).isTrue();
    assertThat(report.outcome()).isEqualTo(RestoreOutcome.UNCHANGED);
    assertThat(report.restored().get(0).target()).isEqualTo(app.path());
    assertThat(app.items()).isEmpty();
    assertThat(beside(app.path())).isEqualTo(before);
    assertThat(backups.list()).hasSize(1);
  }

  @Test
  void restore_declined_isRefused() {
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    app.execute("DELETE FROM item");

    assertThatThrownBy(
            () ->
                backups.restore(
                    RestoreRequest.of(backup.id())
                        .confirm(
                            existing -> {
                              assertThat(existing).containsExactly(app.path());
                              return false;
                            })
                        .build()))
        .isInstanceOf(RefusedException.class);
    assertThat(app.items()).isEmpty();
  }

  @Test
  void restore_withoutSafetyBackup_makesNone() {
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    app.execute("DELETE FROM item");

    RestoreReport report =
        backups.restore(RestoreRequest.of(backup.id()).withoutSafetyBackup().build());

    assertThat(report.safetyBackup()).isEmpty();
    assertThat(app.items()).hasSize(3);
    assertThat(backups.list()).hasSize(1);
  }

  @Test
  void restore_safetyDirectory_getsTheSafetyBackup() {
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    app.execute("DELETE FROM item");
    Path safe = directory.resolve("safe");

    RestoreReport report =
        backups.restore(RestoreRequest.of(backup.id()).safetyDirectory(safe).build());

    BackupHelper other = BackupHelper.builder().directory(safe).build();
    assertThat(other.find(report.safetyBackup().orElseThrow())).isPresent();
    assertThat(backups.list()).hasSize(1);
    assertThat(backups.openPlans()).isEmpty();
    assertThat(other.openPlans()).isEmpty();
  }

  @Test
  void restore_corruptBackup_namesTheNewestThatVerifies() throws IOException {
    BackupHelper backups = helper(app);
    Backup good = backups.create();
    Backup bad = backups.create();
    SampleDatabase.at(store.resolve(bad.components().get(0).file()))
        .overwrite(5000, new byte[] {1, 2, 3});
    app.execute("DELETE FROM item");

    assertThatThrownBy(() -> backups.restore(bad.id()))
        .isInstanceOfSatisfying(
            CorruptBackupException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.CORRUPT);
              assertThat(failure.hint().orElseThrow()).contains(good.id().value());
            });
    assertThat(app.items()).isEmpty();
  }

  @Test
  void restore_corruptBackupUnverified_isTheLastResortAndSaysSo() {
    BackupHelper backups = helper(app);
    Backup bad = backups.create();
    SampleDatabase.at(store.resolve(bad.components().get(0).file()))
        .overwrite(8100, new byte[] {1});
    app.execute("DELETE FROM item");

    RestoreReport report = backups.restore(RestoreRequest.of(bad.id()).unverified().build());

    assertThat(report.verified()).isFalse();
    assertThat(report.warnings()).anyMatch(text -> text.contains("SHA-256"));
  }

  /** Breaks an index, which only a full check notices. */
  private static void breakIndex(SampleDatabase database) {
    database.execute(
        "CREATE TABLE pair(a, b)",
        "INSERT INTO pair VALUES (1, 2), (3, 4)",
        "CREATE INDEX of_pair ON pair(a)",
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET sql='CREATE INDEX of_pair ON pair(b)' WHERE name='of_pair'");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void restore_damagedBackupByItsId_isDoneButNotVerified(boolean quickCheckNotices) {
    BackupHelper backups = helper(app);
    if (quickCheckNotices) {
      app.execute("CREATE TABLE big(b)", "INSERT INTO big VALUES (randomblob(20000))");
      app.overwrite(4096, new byte[] {0x5a, 0x5a, 0x5a, 0x5a});
    } else {
      breakIndex(app);
    }
    Backup damaged = backups.create(CreateRequest.builder().checks(CheckLevel.FULL).build());
    assertThat(damaged.damaged()).isTrue();
    Path target = directory.resolve("copy.db");

    RestoreReport report = backups.restore(RestoreRequest.of(damaged.id()).to(target).build());

    assertThat(report.outcome()).isEqualTo(RestoreOutcome.RESTORED);
    assertThat(report.verified()).isFalse();
    assertThat(report.warnings())
        .singleElement()
        .asString()
        .contains("damaged", damaged.id().value());
    assertThat(target).exists();
  }

  @Test
  void restore_damagedBackupThatNobodyChose_isRefusedAndNamesTheNewestThatVerifies() {
    BackupHelper backups = helper(app);
    Backup good = backups.create();
    breakIndex(app);
    Backup damaged = backups.create(CreateRequest.builder().checks(CheckLevel.FULL).build());
    Path target = directory.resolve("copy.db");
    RestoreRequest.Builder request = RestoreRequest.of(damaged.id()).to(target).refuseDamaged();

    assertThatThrownBy(() -> backups.restore(request.build()))
        .isInstanceOfSatisfying(
            CorruptBackupException.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(ErrorCode.CORRUPT);
              assertThat(failure)
                  .hasMessage(
                      "backup %s is damaged: %s failed its checks when it was backed up; nothing was"
                          + " restored",
                      damaged.id(), app.path());
              assertThat(failure.hint())
                  .hasValue(
                      "Named by its id, it is restored as it is. The newest that verifies is %s: restore %s"
                          .formatted(good.id(), good.id()));
            });

    assertThat(target).doesNotExist();
    assertThat(backups.restore(request.unverified().build()).verified()).isFalse();
    assertThat(target).exists();
  }

  @Test
  void restore_soundComponentOfADamagedBackup_isVerified() {
    SampleDatabase other = SampleDatabase.create(directory.resolve("other.db"));
    breakIndex(app);
    BackupHelper backups = helper(app, other);
    Backup damaged = backups.create(CreateRequest.builder().checks(CheckLevel.FULL).build());

    RestoreReport report =
        backups.restore(
            RestoreRequest.of(damaged.id())
                .component(new SourceName("other.db"))
                .refuseDamaged()
                .build());

    assertThat(report.verified()).isTrue();
    assertThat(report.warnings()).isEmpty();
  }

  @Test
  void restore_unknownId_saysWhatTheNewestIs() {
    BackupHelper backups = helper(app);
    Backup backup = backups.create();

    assertThatThrownBy(() -> backups.restore(new BackupId("20010101-000000-000")))
        .isInstanceOfSatisfying(
            BackupNotFoundException.class,
            failure -> assertThat(failure.hint().orElseThrow()).contains(backup.id().value()));
  }

  @Test
  void restore_backupOfAnotherHost_needsATarget() throws IOException {
    Backup backup = helper(app).create();
    Path manifest = store.resolve("backup-metadata." + backup.id() + ".json");
    String text = Files.readString(manifest);
    String host = backup.manifest().origin().hostname();
    Files.writeString(
        manifest, text.replace("\"hostname\" : \"" + host + '"', "\"hostname\" : \"elsewhere\""));
    String digest =
        org.apache.commons.codec.digest.DigestUtils.sha256Hex(Files.readString(manifest));
    Files.writeString(
        store.resolve(manifest.getFileName() + ".sha256"),
        digest + "  " + manifest.getFileName() + "\n");

    assertThatThrownBy(() -> helper().restore(backup.id()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("elsewhere");
    app.execute("DELETE FROM item");
    helper(app).restore(backup.id());
    assertThat(app.items()).hasSize(3);
  }

  @Test
  void restoreFile_plainAndGzipped_bothWork() throws IOException {
    Path gz = directory.resolve("app.db.gz");
    try (var out = new java.util.zip.GZIPOutputStream(Files.newOutputStream(gz))) {
      Files.copy(app.path(), out);
    }
    for (Path file : List.of(app.path(), gz)) {
      SampleDatabase target = SampleDatabase.at(directory.resolve("x-" + file.getFileName()));

      RestoreReport report =
          helper().restore(RestoreRequest.ofFile(file).to(target.path()).build());

      assertThat(report.id()).isEmpty();
      assertThat(target.items()).hasSize(3);
    }
    assertThat(beside(app.path())).noneMatch(name -> name.contains("backup-image"));
  }

  @Test
  void restoreFile_walDatabaseWithSidecar_includesTheLog() throws Exception {
    SampleDatabase wal = SampleDatabase.create(directory.resolve("w.db"), "wal", 4096);
    SampleDatabase target = SampleDatabase.at(directory.resolve("x.db"));
    try (Connection open = wal.open();
        Statement statement = open.createStatement()) {
      statement.execute("INSERT INTO item(name) VALUES ('in the log')");

      helper().restore(RestoreRequest.ofFile(wal.path()).to(target.path()).build());
    }
    assertThat(target.items()).contains("in the log");
  }

  @Test
  void restoreFile_folder_takesTheNewestValidAndSaysWhatItSkipped() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("plain"));
    Path old = folder.resolve("old.db");
    Files.copy(app.path(), old);
    Files.setLastModifiedTime(old, java.nio.file.attribute.FileTime.fromMillis(1_000_000));
    Path broken = folder.resolve("new.db");
    Files.writeString(broken, "broken");
    SampleDatabase target = SampleDatabase.at(directory.resolve("x.db"));

    RestoreReport report =
        helper().restore(RestoreRequest.ofFile(folder).to(target.path()).build());

    assertThat(target.items()).hasSize(3);
    assertThat(report.warnings()).anyMatch(text -> text.contains("new.db"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "empty", "no tables", "gzip of text", "torn gzip"})
  void restoreFile_unusable_isRefusedAndMakesNoTarget(String what) throws IOException {
    Path file = directory.resolve("file.db");
    switch (what) {
      case "text" -> Files.writeString(file, "text");
      case "empty" -> Files.createFile(file);
      case "no tables" -> SampleDatabase.at(file).execute("PRAGMA user_version=1");
      case "gzip of text" -> {
        try (var out = new java.util.zip.GZIPOutputStream(Files.newOutputStream(file))) {
          out.write("text".getBytes(StandardCharsets.UTF_8));
        }
      }
      default -> {
        try (var out = new java.util.zip.GZIPOutputStream(Files.newOutputStream(file))) {
          Files.copy(app.path(), out);
        }
        try (var channel = Files.newByteChannel(file, java.nio.file.StandardOpenOption.WRITE)) {
          channel.truncate(100);
        }
      }
    }
    Path target = directory.resolve("x.db");

    assertThatThrownBy(() -> helper().restore(RestoreRequest.ofFile(file).to(target).build()))
        .isInstanceOfSatisfying(
            BackupException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CORRUPT));
    assertThat(target).doesNotExist();
    assertThat(beside(target)).noneMatch(name -> name.contains(".backup-image"));
  }

  @Test
  void restore_intoTheStore_isRefused() {
    Backup backup = helper(app).create();

    assertThatThrownBy(
            () ->
                helper().restore(RestoreRequest.of(backup.id()).to(store.resolve("x.db")).build()))
        .isInstanceOf(RefusedException.class);
  }

  /**
   * Through a link to an artifact, to where an artifact would be, and through one to the folder.
   */
  @ParameterizedTest
  @CsvSource({
    "false, artifact",
    "false, dangling",
    "false, folder",
    "true, artifact",
    "true, dangling",
    "true, folder"
  })
  void restore_throughALinkIntoAStore_isRefusedAndChangesNothing(boolean safetyStore, String what)
      throws IOException {
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    Path safe = directory.resolve("safe");
    BackupHelper other =
        BackupHelper.builder().directory(safe).source(SqliteSource.of(app.path())).build();
    Backup kept = safetyStore ? other.create() : backup;
    Path in = safetyStore ? safe : store;
    Path artifact = in.resolve(kept.components().get(0).file());
    byte[] before = Files.readAllBytes(artifact);
    Path link = directory.resolve("link");
    Files.createSymbolicLink(
        link,
        switch (what) {
          case "artifact" -> artifact;
          case "dangling" -> in.resolve("none");
          default -> in;
        });
    Path target = what.equals("folder") ? link.resolve(artifact.getFileName()) : link;
    app.execute("DELETE FROM item");

    for (boolean dry : List.of(false, true)) {
      RestoreRequest.Builder request =
          RestoreRequest.of(backup.id()).to(target).safetyDirectory(safe);
      assertThatThrownBy(() -> backups.restore(dry ? request.dryRun().build() : request.build()))
          .as("dry run: %s", dry)
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("the target lies in the store itself: " + in);
    }

    assertThat(artifact).hasBinaryContent(before);
    assertThat(in.resolve("none")).doesNotExist();
    assertThat(BackupHelper.builder().directory(in).build().verifyAll().allValid()).isTrue();
    assertThat(in.resolve(artifact.getFileName() + ".backup-lock")).doesNotExist();
  }

  @Test
  void compare_tellsIdenticalFromDifferentByContent() throws IOException {
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    assertThat(status(backups, backup)).isEqualTo(CompareReport.Status.IDENTICAL);

    app.execute("VACUUM", "PRAGMA journal_mode=wal");
    assertThat(status(backups, backup)).isEqualTo(CompareReport.Status.IDENTICAL);

    app.execute("UPDATE item SET name='changed' WHERE id=1");
    assertThat(status(backups, backup)).isEqualTo(CompareReport.Status.DIFFERENT);

    app.execute("PRAGMA journal_mode=delete");
    Files.move(app.path(), directory.resolve("gone"), StandardCopyOption.ATOMIC_MOVE);
    assertThat(status(backups, backup)).isEqualTo(CompareReport.Status.MISSING);
  }

  @Test
  void restoreOfTheTargetItself_isRefusedWithAHint() {
    RestoreRequest request = RestoreRequest.ofFile(app.path()).to(app.path()).build();

    assertThatThrownBy(() -> helper(app).restore(request))
        .hasMessageContaining("the file is the target itself")
        .isInstanceOfSatisfying(
            InvalidRequestException.class, refused -> assertThat(refused.hint()).isPresent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage", "one byte", "empty", "half", "broken schema"})
  void compare_withWhatIsNoDatabase_isDifferent(String what) throws IOException {
    BackupHelper backups = helper(app);
    Backup backup = backups.create();
    byte[] content = Files.readAllBytes(app.path());
    switch (what) {
      case "garbage" -> Files.writeString(app.path(), "no database ".repeat(1000));
      case "one byte" -> Files.writeString(app.path(), "x");
      case "empty" -> Files.write(app.path(), new byte[0]);
      case "half" -> Files.write(app.path(), Arrays.copyOf(content, content.length / 2));
      default -> {
        Arrays.fill(content, 100, 1000, (byte) 0xff);
        Files.write(app.path(), content);
      }
    }

    CompareReport.Compared compared = backups.compare(backup.id()).components().get(0);

    assertThat(compared.status()).isEqualTo(CompareReport.Status.DIFFERENT);
    assertThat(compared.tables()).isEmpty();
  }

  private static CompareReport.Status status(BackupHelper backups, Backup backup) {
    return backups.compare(backup.id()).components().get(0).status();
  }

  private static Set<String> beside(Path file) {
    String name = file.getFileName().toString();
    try (Stream<Path> files = Files.list(file.getParent())) {
      return new TreeSet<>(
          files
              .map(path -> path.getFileName().toString())
              .filter(n -> n.startsWith(name))
              .toList());
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
