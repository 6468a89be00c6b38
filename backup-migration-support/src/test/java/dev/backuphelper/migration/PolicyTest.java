package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.LockedException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.migration.GuardPolicy.OnBackupFailure;
import dev.backuphelper.migration.GuardPolicy.OnFailure;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.local.LocalStore;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guard does when something goes wrong, by policy. */
@Timeout(120)
class PolicyTest {
  private static final String HALF = "CREATE TABLE half(a)";

  @TempDir private Path folder;
  private GuardedDatabase app;
  private String before;

  @BeforeEach
  void prepare() {
    app = GuardedDatabase.create(folder.resolve("here"), "wal");
    before = app.state();
  }

  private void requireUntouched() {
    assertThat(app.state()).isEqualTo(before);
    assertThat(app.beside()).isEmpty();
  }

  /** A guard whose store cannot be made, because a file has the name of its folder. */
  private MigrationGuard withoutStore() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    return MigrationGuard.of(
        BackupHelper.builder()
            .source(SqliteSource.of(app.database()))
            .directory(file.resolve("backups"))
            .build());
  }

  private static MigrationGuard withoutSpace(GuardedDatabase app) throws Exception {
    Store full = mock(Store.class, delegatesTo(LocalStore.in(app.store())));
    doReturn(1000L).when(full).usableSpace();
    return MigrationGuard.of(
        BackupHelper.builder().source(SqliteSource.of(app.database())).store(full).build());
  }

  @Test
  void storeThatCannotBeWritten_isNoMigration() throws Exception {
    MigrationGuard guard = withoutStore();

    BackupException failure =
        catchThrowableOfType(BackupException.class, () -> guard.run("v2", () -> app.sql(HALF)));

    assertThat(failure.code()).isIn(ErrorCode.IO_FAILED, ErrorCode.ACCESS_DENIED);
    assertThat(failure).hasMessageContaining(folder.resolve("file").toString());
    requireUntouched();
  }

  @Test
  void noSpaceForTheSafetyBackup_isNoMigration() throws Exception {
    MigrationGuard guard = withoutSpace(app);

    BackupException failure =
        catchThrowableOfType(BackupException.class, () -> guard.run("v2", () -> app.sql(HALF)));

    assertThat(failure.code()).isEqualTo(ErrorCode.NO_SPACE);
    assertThat(failure).hasMessageContaining("no room");
    assertThat(failure.hint()).isPresent();
    requireUntouched();
  }

  @Test
  void stopping_saysThatTheMarkerCannotBeRemoved() throws Exception {
    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .withPolicy(GuardPolicy.stopping())
                    .run(
                        "v2",
                        () -> {
                          app.sql(HALF);
                          Files.delete(app.marker());
                          Files.createDirectories(app.marker().resolve("in the way"));
                          throw new IllegalStateException("half way");
                        }));

    MigrationFailedException told = (MigrationFailedException) thrown.getSuppressed()[0];
    assertThat(told.report().outcome()).isEqualTo(Outcome.LEFT);
    assertThat(told).hasMessageContaining("its marker cannot be removed: ");
    assertThat(told.hint())
        .hasValue(
            "Keep what it left, and remove the marker: backup recover %s --dir %s --keep"
                .formatted(told.report().safetyBackup().orElseThrow(), app.store()));
  }

  @Test
  void lenient_migratesWithoutProtection_andSaysSo() throws Exception {
    for (MigrationGuard guard : List.of(withoutStore(), withoutSpace(app))) {
      MigrationReport report =
          guard
              .withPolicy(GuardPolicy.lenient())
              .run("v2", () -> app.sql("CREATE TABLE IF NOT EXISTS half(a)"));

      assertThat(report.outcome()).isEqualTo(Outcome.MIGRATED);
      assertThat(report.safetyBackup()).isEmpty();
      assertThat(report.warnings()).hasSize(1);
      assertThat(report.warnings().get(0)).startsWith("migrated without protection: ");
      assertThat(app.state()).contains("half");
      assertThat(app.beside()).isEmpty();
    }
  }

  @Test
  void lenient_leavesWhatAMigrationLeftThatFails_ifItWasNotProtected() throws Exception {
    IllegalStateException failure = new IllegalStateException("half way");
    MigrationGuard guard = withoutStore().withPolicy(GuardPolicy.lenient());

    Throwable thrown =
        catchThrowable(
            () ->
                guard.run(
                    "v2",
                    () -> {
                      app.sql(HALF);
                      throw failure;
                    }));

    assertThat(thrown).isSameAs(failure);
    assertThat(MigrationReport.of(thrown).orElseThrow().outcome()).isEqualTo(Outcome.LEFT);
    assertThat(thrown.getSuppressed()[0])
        .hasMessage(
            "migration v2 failed; what it left in [%s] is still there".formatted(app.database()));
    assertThat(app.state()).contains("half");
    assertThat(app.beside()).isEmpty();
  }

  @Test
  void lenient_protectsWhenItCan() {
    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .withPolicy(GuardPolicy.lenient())
                    .run(
                        "v2",
                        () -> {
                          app.sql(HALF);
                          throw new IllegalStateException("half way");
                        }));

    assertThat(MigrationReport.of(thrown).orElseThrow().outcome()).isEqualTo(Outcome.RESTORED);
    requireUntouched();
  }

  private void damage() throws Exception {
    byte[] nonsense = new byte[1024];
    Arrays.fill(nonsense, (byte) 0x5a);
    try (FileChannel channel = FileChannel.open(app.database(), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(nonsense), 4 * 1024L);
    }
  }

  /** It would be a damaged database that is restored. Somebody has to decide. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void databaseThatIsDamagedAlready_isNotMigrated(boolean lenient) throws Exception {
    damage();
    byte[] bytes = Files.readAllBytes(app.database());
    GuardPolicy policy = lenient ? GuardPolicy.lenient() : GuardPolicy.restoring();
    List<String> called = new ArrayList<>();

    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () -> app.guard().withPolicy(policy).run("v2", () -> called.add("called")));

    assertThat(refused)
        .hasMessageStartingWith("not migrated: the database fails its own checks: quick_check:");
    assertThat(refused.hint())
        .hasValueSatisfying(hint -> assertThat(hint).contains("is kept as backup "));
    assertThat(called).isEmpty();
    assertThat(Files.readAllBytes(app.database())).isEqualTo(bytes);
    assertThat(app.beside()).isEmpty();
    assertThat(app.safetyBackups()).hasSize(1).allMatch(backup -> backup.damaged());
    assertThat(app.backups().openPlans()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fileThatIsNoDatabase_isNotMigrated(boolean lenient) throws Exception {
    Files.writeString(app.database(), "no database at all\n".repeat(100));
    GuardPolicy policy = lenient ? GuardPolicy.lenient() : GuardPolicy.restoring();

    assertThatThrownBy(() -> app.guard().withPolicy(policy).run("v2", () -> app.sql(HALF)))
        .isInstanceOf(SourceException.class)
        .hasMessage("not migrated: %s cannot be read as a database".formatted(app.database()));

    assertThat(app.database()).content().startsWith("no database at all");
    assertThat(app.beside()).isEmpty();
  }

  /** Who cannot even be read cannot be migrated either. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void databaseThatIsLocked_isNotMigrated(boolean lenient) throws Exception {
    app.sql("PRAGMA journal_mode=delete");
    GuardPolicy policy = lenient ? GuardPolicy.lenient() : GuardPolicy.restoring();
    BackupHelper impatient = app.builder().lockTimeout(Duration.ofMillis(200)).build();
    List<String> called = new ArrayList<>();
    try (Connection other = Sql.open(app.database())) {
      Sql.run(other, "BEGIN EXCLUSIVE");

      assertThatThrownBy(
              () ->
                  MigrationGuard.of(impatient)
                      .withPolicy(policy)
                      .run("v2", () -> called.add("called")))
          .isInstanceOf(LockedException.class)
          .hasMessageContaining("is locked by another connection");
    }
    assertThat(called).isEmpty();
    assertThat(app.beside()).isEmpty();
  }

  @Test
  void stopping_leavesWhatAFailedMigrationLeft_andTellsHowToRestore() {
    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .withPolicy(GuardPolicy.stopping())
                    .run(
                        "v2",
                        () -> {
                          app.sql(HALF);
                          throw new IllegalStateException("half way");
                        }));

    MigrationReport report = MigrationReport.of(thrown).orElseThrow();
    assertThat(report.outcome()).isEqualTo(Outcome.LEFT);
    assertThat(report.failedState()).isEmpty();
    assertThat(app.state()).contains("half");
    assertThat(app.beside()).isEmpty();
    assertThat(app.backups().openPlans()).isEmpty();
    assertThat(thrown.getSuppressed()[0])
        .hasMessageContaining("is still there; to restore by hand: backup restore ");
    app.backups().restore(report.safetyBackup().orElseThrow());
    assertThat(app.state()).isEqualTo(before);
  }

  @Test
  void policies_areWhatTheySay() {
    assertThat(MigrationGuard.of(app.backups()).policy()).isEqualTo(GuardPolicy.restoring());
    assertThat(GuardPolicy.restoring())
        .isEqualTo(
            new GuardPolicy(
                OnBackupFailure.ABORT,
                OnFailure.RESTORE,
                OnCrash.RESTORE,
                true,
                GuardPolicy.DEFAULT_PATIENCE));
    assertThat(GuardPolicy.stopping().onFailure()).isEqualTo(OnFailure.STOP);
    assertThat(GuardPolicy.stopping().onCrash()).isEqualTo(OnCrash.STOP);
    assertThat(GuardPolicy.stopping().onBackupFailure()).isEqualTo(OnBackupFailure.ABORT);
    assertThat(GuardPolicy.lenient().onBackupFailure())
        .isEqualTo(OnBackupFailure.MIGRATE_UNPROTECTED);
    assertThat(GuardPolicy.lenient().onFailure()).isEqualTo(OnFailure.RESTORE);
    assertThatThrownBy(() -> GuardPolicy.restoring().withPatience(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void withoutStructureCheck_newBrokenKeysStay() {
    assertThat(
            app.guard()
                .withPolicy(GuardPolicy.restoring().withoutStructureCheck())
                .run("v2", () -> app.sql("INSERT INTO part VALUES (7777, 'lost')"))
                .outcome())
        .isEqualTo(Outcome.MIGRATED);
  }

  @Test
  void brokenKeys_failOnlyIfTheyAreNew() {
    assertThat(
            app.guard()
                .run("same", () -> app.sql("UPDATE part SET name = 'other' WHERE item = 9999"))
                .outcome())
        .isEqualTo(Outcome.MIGRATED);
    String now = app.state();

    assertThatThrownBy(
            () -> app.guard().run("more", () -> app.sql("INSERT INTO part VALUES (9999, 'twin')")))
        .isInstanceOf(MigrationFailedException.class)
        .hasMessageContaining("1 new broken foreign keys, in part -> item");

    assertThat(app.state()).isEqualTo(now);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   ", "two\nlines", "a\u0000b", "tab\there", "\u001b[31mred"})
  void labelThatIsNone_isRefusedFirst(String label) {
    assertThatThrownBy(() -> app.guard().run(label, () -> app.sql(HALF)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageStartingWith("not a label for a migration: ");
    assertThat(app.store()).doesNotExist();
    requireUntouched();
  }

  @Test
  void labelThatIsTooLong_isRefusedFirst() {
    assertThatThrownBy(() -> app.guard().run("x".repeat(201), () -> app.sql(HALF)))
        .isInstanceOf(InvalidRequestException.class);
    requireUntouched();
  }

  @Test
  void guardWithoutDatabases_isRefused() {
    BackupHelper none = BackupHelper.builder().directory(app.store()).build();

    assertThatThrownBy(() -> MigrationGuard.of(none).run("v2", () -> app.sql(HALF)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("there is nothing to guard");
    requireUntouched();
  }

  @Test
  void databaseInAFolderThatIsMissing_isRefused() {
    Path missing = folder.resolve("nowhere/app.db");
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(missing))
            .directory(folder.resolve("other-store"))
            .build();

    assertThatThrownBy(() -> MigrationGuard.of(backups).run("v1", () -> {}))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("the folder of the database does not exist");
    assertThat(folder.resolve("other-store")).doesNotExist();
  }

  @Test
  void reportOfASuccess_hasItsDurations() {
    List<MigrationReport> handed = new ArrayList<>();

    MigrationReport report =
        app.guard().withReports(handed::add).run("v2", () -> app.sql("CREATE TABLE more(a)"));

    assertThat(handed).containsExactly(report);
    assertThat(report.backup()).isPositive();
    assertThat(report.migration()).isPositive();
    assertThat(report.checks()).isPositive();
    assertThat(report.restore()).isZero();
    assertThat(report.failedState()).isEmpty();
    assertThat(report.outcome().key()).isEqualTo("migrated");
  }
}
