package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.Folders;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An interrupt closes the files that a thread works on. Before the migration it keeps it from
 * beginning; after that it breaks off nothing that must not be broken off.
 */
@Timeout(300)
class InterruptedMigrationTest {
  private static final String HALF = "CREATE TABLE half(a)";

  @TempDir private Path folder;
  private GuardedDatabase app;
  private String before;

  @BeforeEach
  void prepare() {
    app = GuardedDatabase.create(folder, "wal");
    before = app.state();
  }

  @AfterEach
  void clear() {
    Thread.interrupted();
  }

  /** What a thread did that was interrupted as it came to a certain step. */
  private record Trace(Throwable thrown, boolean wasReached, boolean isInterrupted) {}

  /** Runs a migration whose thread is interrupted when it comes to the step of that number. */
  private Trace run(int fatal, boolean failing, List<String> steps) {
    MigrationGuard guard =
        MigrationGuard.of(
            app.builder()
                .listener(
                    event -> {
                      steps.add(event.toString());
                      if (steps.size() == fatal) {
                        Thread.currentThread().interrupt();
                      }
                    })
                .build());
    Throwable thrown =
        catchThrowable(
            () ->
                guard.run(
                    GuardedDatabase.LABEL,
                    () -> {
                      app.sql(HALF);
                      if (failing) {
                        throw new IllegalStateException("as it was meant to");
                      }
                    }));
    return new Trace(thrown, steps.size() >= fatal, Thread.interrupted());
  }

  @Test
  void beforeIt_nothingIsBegun() {
    Thread.currentThread().interrupt();

    Throwable thrown = catchThrowable(() -> app.guard().run("v2", () -> app.sql(HALF)));

    assertThat(Thread.interrupted()).as("still interrupted").isTrue();
    assertThat(thrown).isInstanceOf(BackupException.class);
    assertThat(((BackupException) thrown).code()).isEqualTo(ErrorCode.INTERRUPTED);
    requireAsBefore("in the end");
    requireFree();
  }

  @Test
  void atAnyStepOfASuccess_itIsMigratedOrAsBefore() {
    int reached = 0;
    for (int fatal = 1; ; fatal++) {
      List<String> steps = new ArrayList<>();
      Trace trace = run(fatal, false, steps);
      if (!trace.wasReached()) {
        break;
      }
      reached++;
      String where = steps.get(fatal - 1);
      assertThat(trace.isInterrupted()).as("still interrupted after %s", where).isTrue();
      if (trace.thrown() == null) {
        assertThat(app.state()).as(where).contains("half");
        app.sql("DROP TABLE half");
        before = app.state();
      } else {
        assertThat(((BackupException) trace.thrown()).code())
            .as("%s: %s", where, trace.thrown())
            .isEqualTo(ErrorCode.INTERRUPTED);
      }
      requireAsBefore(where);
      requireFree();
    }
    Effort.report("migration that goes well interrupted at %d steps".formatted(reached));
    assertThat(reached).isGreaterThan(15);
  }

  @Test
  void atAnyStepOfAFailure_itIsAsBefore() {
    int reached = 0;
    for (int fatal = 1; ; fatal++) {
      List<String> steps = new ArrayList<>();
      Trace trace = run(fatal, true, steps);
      if (!trace.wasReached()) {
        break;
      }
      reached++;
      String where = steps.get(fatal - 1);
      assertThat(trace.isInterrupted()).as("still interrupted after %s", where).isTrue();
      boolean wasBegun = trace.thrown() instanceof IllegalStateException;
      if (wasBegun) {
        assertThat(MigrationReport.of(trace.thrown()).orElseThrow().outcome())
            .as(where)
            .isEqualTo(Outcome.RESTORED);
      } else {
        assertThat(((BackupException) trace.thrown()).code())
            .as("%s: %s", where, trace.thrown())
            .isEqualTo(ErrorCode.INTERRUPTED);
      }
      requireAsBefore(where);
      requireFree();
    }
    Effort.report("migration that fails interrupted at %d steps".formatted(reached));
    assertThat(reached).isGreaterThan(30);
  }

  private void requireAsBefore(String where) {
    assertThat(app.state()).as(where).isEqualTo(before);
    assertThat(app.beside()).as(where).isEmpty();
    assertThat(app.backups().openPlans()).as(where).isEmpty();
  }

  /** Neither lock nor intent is left. */
  private void requireFree() {
    assertThat(app.guard().withPending(() -> false).run("idle", () -> {}).outcome())
        .isEqualTo(Outcome.NOTHING_PENDING);
    assertThat(Folders.names(app.store()))
        .noneMatch(name -> name.matches("\\.(staging|intent|deleted|open)-.*"));
  }

  @Test
  void migrationThatThrowsInterruptedException_isUndone_andTheThreadStaysAsItWas() {
    InterruptedException failure = new InterruptedException("stop");

    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .run(
                        GuardedDatabase.LABEL,
                        () -> {
                          app.sql(HALF);
                          throw failure;
                        }));

    assertThat(thrown).isSameAs(failure);
    assertThat(Thread.interrupted()).isFalse();
    requireAsBefore("in the end");
  }

  @Test
  void checkThatThrowsInterruptedException_leavesTheThreadInterrupted() {
    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .withCheck(
                        "slow",
                        () -> {
                          throw new InterruptedException("stop");
                        })
                    .run(GuardedDatabase.LABEL, () -> app.sql(HALF)));

    assertThat(thrown).isInstanceOf(MigrationFailedException.class);
    assertThat(Thread.interrupted()).isTrue();
    requireAsBefore("in the end");
  }
}
