package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.Mockito.mock;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.local.LocalStore;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule 12: a migration does not start without a verified safety backup; an empty or missing
 * database needs none, because undoing makes it so again.
 */
@Timeout(300)
class SafetyRule12AMigrationNeedsASafetyBackupTest {
  @TempDir private Path folder;

  @Test
  void whenItStarts_theBackupIsListedAndVerified_andTheMarkerNamesIt() throws Exception {
    GuardedDatabase app = GuardedDatabase.create(folder, "wal");
    List<Backup> seen = new ArrayList<>();
    List<String> markers = new ArrayList<>();

    app.guard()
        .<IOException>run(
            "v2",
            () -> {
              seen.addAll(app.backups().list());
              markers.add(Files.readString(app.marker()));
            });

    assertThat(seen).hasSize(1);
    Backup backup = seen.get(0);
    assertThat(backup.kind()).isEqualTo(BackupKind.SAFETY);
    assertThat(backup.verified()).isTrue();
    assertThat(backup.manifest().operation()).isEqualTo("v2");
    assertThat(markers.get(0)).contains(backup.id().value()).contains("\"writing\"");
    assertThat(app.backups().verify(backup.id()).allValid()).isTrue();
  }

  @Test
  void itsContent_isThatOfTheMomentBefore() throws Exception {
    GuardedDatabase app = GuardedDatabase.create(folder, "delete");
    String before = app.state();

    MigrationReport report = app.guard().run("v2", () -> app.sql("DROP TABLE part"));

    assertThat(app.stateIn(report.safetyBackup().orElseThrow())).isEqualTo(before);
  }

  /** A store of which one call fails. */
  private static Store failing(Store real, int number, AtomicInteger calls) {
    return mock(
        Store.class,
        call -> {
          if (calls.incrementAndGet() == number) {
            throw new IOException("as it was meant to");
          }
          try {
            return call.getMethod().invoke(real, call.getArguments());
          } catch (InvocationTargetException failure) {
            throw failure.getCause();
          }
        });
  }

  /** Any call may be the one that fails: each of them in its turn. */
  @Test
  void whatEverFailsInTheStore_itStartsWithAVerifiedBackupOrNotAtAll() {
    GuardedDatabase app = GuardedDatabase.create(folder, "wal");
    String before = app.state();
    int notStarted = 0;
    int started = 0;
    for (int number = 1; ; number++) {
      AtomicInteger calls = new AtomicInteger();
      BackupHelper backups =
          BackupHelper.builder()
              .source(SqliteSource.of(app.database()))
              .store(failing(LocalStore.in(app.store()), number, calls))
              .build();
      List<Backup> found = new ArrayList<>();
      Throwable thrown =
          catchThrowable(
              () ->
                  MigrationGuard.of(backups)
                      .run(
                          "v2",
                          () -> {
                            found.addAll(app.safetyBackups());
                            assertThat(found.get(0).verified()).isTrue();
                          }));
      if (calls.get() < number) {
        break;
      }
      if (found.isEmpty()) {
        notStarted++;
        assertThat(thrown).as("call %d", number).isNotNull();
      } else {
        started++;
      }
      assertThat(app.guard().recover().open()).isEmpty();
      assertThat(app.state()).as("call %d: %s", number, thrown).isEqualTo(before);
      assertThat(app.beside()).as("call %d: %s", number, thrown).isEmpty();
      assertThat(app.backups().openPlans()).isEmpty();
      assertThat(app.backups().verifyAll().allValid() || app.safetyBackups().isEmpty()).isTrue();
      Folders.delete(app.store());
    }
    Effort.report(
        "a call to the store failed: not started %d times, started %d times"
            .formatted(notStarted, started));
    assertThat(notStarted).isGreaterThan(10);
    assertThat(started).isPositive();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void databaseWithoutContent_needsNone(boolean empty) throws Exception {
    GuardedDatabase app = GuardedDatabase.at(folder);
    if (empty) {
      Files.createFile(app.database());
    }
    String before = app.state();

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .run(
                        "v1",
                        () -> {
                          app.sql("CREATE TABLE t(a)");
                          throw new IllegalStateException("as it was meant to");
                        }));

    MigrationReport report = MigrationReport.of(thrown).orElseThrow();
    assertThat(report.outcome()).isEqualTo(Outcome.RESTORED);
    assertThat(report.safetyBackup()).isEmpty();
    assertThat(thrown.getSuppressed()[0]).hasMessageContaining("hold nothing again, as before");
    assertThat(app.state()).isEqualTo(before);
    assertThat(app.beside()).isEmpty();
    assertThat(app.safetyBackups()).as("what it left").hasSize(1);
  }

  @Test
  void nothingPending_needsNone() {
    GuardedDatabase app = GuardedDatabase.create(folder, "wal");

    app.guard().withPending(() -> false).run("v2", () -> {});

    assertThat(app.store()).doesNotExist();
  }
}
