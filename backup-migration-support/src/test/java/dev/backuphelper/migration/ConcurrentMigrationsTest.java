package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.LockedException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.migration.fixture.CrashPoints;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.ChildJvm;
import dev.backuphelper.testing.Effort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several processes, and several threads of one, that migrate the same databases. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ConcurrentMigrationsTest {
  private static final int THREADS = 8;
  private static final GuardPolicy IMPATIENT =
      GuardPolicy.restoring().withPatience(Duration.ofMillis(200));

  @TempDir private Path folder;
  @TempDir private Path scratch;
  private GuardedDatabase app;
  private ExecutorService threads;

  @BeforeEach
  void prepare() {
    app = GuardedDatabase.create(folder, "wal");
    threads = Executors.newFixedThreadPool(THREADS);
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private void requireMigratedOnce() {
    assertThat(Sql.ask(app.database(), "SELECT count(*) FROM added")).isEqualTo("1");
    assertThat(app.safetyBackups()).hasSize(1);
    assertThat(app.beside()).isEmpty();
    assertThat(app.backups().openPlans()).isEmpty();
  }

  @Test
  void secondProcess_waits_andFindsNothingPending() throws Exception {
    try (ChildJvm first = HoldingProcess.start(scratch, app)) {
      first.await("migrating");
      try (ChildJvm second = HoldingProcess.start(scratch, app)) {
        first.say("go on");
        first.await("migrated");
        second.await("nothing_pending");
        assertThat(first.awaitExit()).isZero();
        assertThat(second.awaitExit()).isZero();
      }
    }
    requireMigratedOnce();
  }

  @Test
  void processesThatStartAtOnce_migrateOnce_andAllEndWell() throws Exception {
    int rounds = Effort.of(1, 15);
    for (int round = 0; round < rounds; round++) {
      TrialWorld world = TrialWorld.create(Trial.TWO, TrialWorld.SMALL);
      List<String> ends = new ArrayList<>();
      try (ChildJvm first = MigratingProcess.start(world, false, CrashPoints.NONE);
          ChildJvm second = MigratingProcess.start(world, false, CrashPoints.NONE);
          ChildJvm third = MigratingProcess.start(world, false, CrashPoints.NONE)) {
        for (ChildJvm child : List.of(first, second, third)) {
          List<String> said = child.readAll();
          assertThat(child.awaitExit()).as("said %s", said).isZero();
          ends.add(said.get(said.size() - 1));
        }
      }
      assertThat(ends)
          .containsExactlyInAnyOrder(
              "ended: migrated", "ended: nothing_pending", "ended: nothing_pending");
      assertThat(world.backups().list()).hasSize(1);
      world.delete();
    }
    Effort.report("three processes migrated at once %d times".formatted(rounds));
  }

  /** Who waits for one of several holds none that comes after it, so two never wait in a ring. */
  @Test
  void databasesGivenInAnyOrder_areLockedInOneOrder() throws Exception {
    // By its name it would come before the other.
    Path folderAfter = Files.createDirectories(app.folder().resolve("later"));
    GuardedDatabase later = new GuardedDatabase(app.folder(), folderAfter.resolve("aa.db"));
    later.sql("CREATE TABLE item(a)");
    MigrationGuard laterFirst =
        MigrationGuard.of(
            BackupHelper.builder()
                .source(SqliteSource.of(later.database()))
                .source(SqliteSource.of(app.database()))
                .directory(app.store())
                .build());
    try (ChildJvm holder = HoldingProcess.start(scratch, app)) {
      holder.await("migrating");
      Future<Outcome> waiting = threads.submit(() -> laterFirst.run("both", () -> {}).outcome());

      long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      while (System.nanoTime() < end) {
        later.guard().withPolicy(IMPATIENT).withPending(() -> false).run("later", () -> {});
        Thread.sleep(100);
      }

      assertThat(waiting.isDone()).isFalse();
      holder.say("go on");
      holder.await("migrated");
      assertThat(waiting.get()).isEqualTo(Outcome.MIGRATED);
    }
  }

  @Test
  void lockThatIsNotFreed_isToldWithItsHolder() throws Exception {
    try (ChildJvm holder = HoldingProcess.start(scratch, app)) {
      holder.await("migrating");

      LockedException locked =
          catchThrowableOfType(
              LockedException.class, () -> HoldingProcess.migrate(app, IMPATIENT, () -> {}));

      assertThat(locked)
          .hasMessageContaining("not migrated: the database " + app.database())
          .hasMessageContaining("is in use: migration version-2, process " + holder.pid());
      assertThat(locked.hint())
          .hasValue(
              "Wait until it has ended; or wait longer, with --wait, or GuardPolicy.withPatience.");
      RecoverReport report = app.guard().recover();
      assertThat(report.resolved()).isEmpty();
      assertThat(report.open().get(0).reason()).contains("it is still being worked on");
      assertThat(app.backups().openPlans().get(0).message()).contains("is going on");
      assertThatThrownBy(() -> app.backups().restore(app.safetyBackups().get(0).id()))
          .isInstanceOf(LockedException.class);
      holder.say("go on");
      holder.await("migrated");
      assertThat(holder.awaitExit()).isZero();
    }
    requireMigratedOnce();
  }

  @Test
  void processThatWaits_takesUpWhatTheKilledOneLeft() throws Exception {
    try (ChildJvm dying = HoldingProcess.start(scratch, app)) {
      dying.await("migrating");
      Future<MigrationReport> waiting =
          threads.submit(() -> HoldingProcess.migrate(app, GuardPolicy.restoring(), () -> {}));
      dying.kill();
      assertThat(waiting.get().outcome()).isEqualTo(Outcome.MIGRATED);
    }
    assertThat(Sql.ask(app.database(), "SELECT count(*) FROM added")).isEqualTo("1");
    assertThat(app.beside()).isEmpty();
    assertThat(app.backups().openPlans()).isEmpty();
  }

  @Test
  void threadsThatStartAtOnce_migrateOnce() throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<MigrationReport>> running = new ArrayList<>();
    for (int number = 0; number < THREADS; number++) {
      running.add(
          threads.submit(
              () -> {
                start.await();
                return HoldingProcess.migrate(app, GuardPolicy.restoring(), () -> {});
              }));
    }
    start.countDown();
    List<Outcome> outcomes = new ArrayList<>();
    for (Future<MigrationReport> report : running) {
      outcomes.add(report.get().outcome());
    }

    assertThat(outcomes).containsOnlyOnce(Outcome.MIGRATED);
    assertThat(outcomes).filteredOn(Outcome.NOTHING_PENDING::equals).hasSize(THREADS - 1);
    requireMigratedOnce();
  }

  /** One thread of several fails; the others are not undone by that. */
  @Test
  void threadsOfWhichOneFails_keepWhatTheOthersDid() throws Exception {
    app.sql("CREATE TABLE done(a)");
    List<Future<Throwable>> running = new ArrayList<>();
    for (int number = 0; number < THREADS; number++) {
      int mine = number;
      running.add(threads.submit(() -> insertAndPerhapsFail(mine)));
    }
    int failed = 0;
    for (Future<Throwable> thrown : running) {
      failed += thrown.get() == null ? 0 : 1;
    }

    assertThat(failed).isEqualTo(THREADS / 2);
    assertThat(
            Sql.ask(app.database(), "SELECT group_concat(a) FROM (SELECT a FROM done ORDER BY a)"))
        .isEqualTo("1,3,5,7");
    assertThat(app.beside()).isEmpty();
  }

  private Throwable insertAndPerhapsFail(int number) {
    return catchThrowable(
        () ->
            app.guard()
                .run(
                    "thread " + number,
                    () -> {
                      app.sql("INSERT INTO done VALUES (" + number + ")");
                      if (number % 2 == 0) {
                        throw new IllegalStateException("as it was meant to");
                      }
                    }));
  }

  @Test
  void guardInsideAGuard_ofAnotherDatabase_isAllowed() {
    GuardedDatabase other = GuardedDatabase.create(folder.resolve("other"), "delete");
    String before = other.state();

    MigrationReport report =
        app.guard()
            .run(
                "outer",
                () -> {
                  app.sql("CREATE TABLE added(a)");
                  other.guard().run("inner", () -> other.sql("CREATE TABLE inner(a)"));
                  Throwable thrown =
                      catchThrowable(
                          () ->
                              other
                                  .guard()
                                  .run(
                                      "inner, failing",
                                      () -> {
                                        other.sql("DROP TABLE inner");
                                        throw new IllegalStateException("no");
                                      }));
                  assertThat(thrown).hasMessage("no");
                  app.sql("INSERT INTO added VALUES (1)");
                });

    assertThat(report.outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(other.state()).isNotEqualTo(before).contains("inner");
    requireMigratedOnce();
  }

  @Test
  void guardInsideAGuard_ofMoreThanItsDatabase_isRefused() {
    GuardedDatabase other = GuardedDatabase.create(folder.resolve("other"), "delete");
    BackupHelper both =
        BackupHelper.builder()
            .source(SqliteSource.of(app.database()))
            .source(SqliteSource.of(other.database()))
            .directory(app.store())
            .build();

    assertThatThrownBy(
            () -> app.guard().run("outer", () -> MigrationGuard.of(both).run("inner", () -> {})))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("migration outer of " + app.database() + " is going on here already");

    assertThat(other.beside()).isEmpty();
    assertThat(app.beside()).isEmpty();
  }

  @Test
  void guardInsideAGuard_inAnotherThread_waitsInVain() {
    assertThatThrownBy(
            () ->
                app.guard()
                    .<Exception>run(
                        "outer",
                        () -> {
                          Callable<MigrationReport> inner =
                              () -> HoldingProcess.migrate(app, IMPATIENT, () -> {});
                          threads.submit(inner).get();
                        }))
        .hasCauseInstanceOf(LockedException.class);

    assertThat(app.beside()).isEmpty();
  }
}
