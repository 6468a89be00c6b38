package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.model.RecoverChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A migration that was not begun after all, beside somebody who writes all the while. */
@Timeout(60)
class CancelledMigrationTest {
  // What others write may be anything, also what would fail the checks of a migration.
  private static final String BY_OTHERS = "INSERT INTO part VALUES (8888, 'a part of nothing')";

  @TempDir private Path folder;
  private final List<MigrationReport> reports = new ArrayList<>();
  private GuardedDatabase app;

  @BeforeEach
  void prepare() {
    app = GuardedDatabase.create(folder.resolve("here"), "wal");
  }

  private MigrationSession open() {
    return app.guard().withReports(reports::add).open(GuardedDatabase.LABEL);
  }

  @Test
  void nothingIsCheckedOrRestored_andTheMarkerIsGone() {
    MigrationReport report;
    String written;
    try (MigrationSession session = open()) {
      app.sql(BY_OTHERS);
      written = app.state();

      report = session.cancel();

      assertThatThrownBy(session::succeed).isInstanceOf(IllegalStateException.class);
    }

    assertThat(report.outcome()).isEqualTo(Outcome.NOT_BEGUN);
    assertThat(report.safetyBackup()).isPresent();
    assertThat(report.failedState()).isEmpty();
    assertThat(report.migration()).isZero();
    assertThat(report.checks()).isZero();
    assertThat(reports).containsExactly(report);
    assertThat(app.state()).isEqualTo(written);
    assertThat(app.beside()).isEmpty();
    assertThat(app.backups().openPlans()).isEmpty();
  }

  @Test
  void workerThatWasToBeStarted_isForgotten() {
    try (MigrationSession session = open()) {
      session.startingWorker();
      session.cancel();
    }

    assertThat(app.beside()).isEmpty();
    assertThat(app.backups().openPlans()).isEmpty();
  }

  @Test
  void interruptedThread_cancelsAllTheSame() {
    try (MigrationSession session = open()) {
      Thread.currentThread().interrupt();
      session.cancel();
    }

    assertThat(Thread.interrupted()).isTrue();
    assertThat(app.beside()).isEmpty();
  }

  @Test
  void nothingPending_staysNothingPending() {
    try (MigrationSession session =
        app.guard().withPending(() -> false).withReports(reports::add).open("idle")) {
      session.cancel();
    }

    assertThat(reports)
        .extracting(MigrationReport::outcome)
        .containsExactly(Outcome.NOTHING_PENDING);
  }

  @Test
  void markerThatCannotBeRemoved_isToldAndNothingIsUndone() throws Exception {
    MigrationFailedException told;
    String written;
    try (MigrationSession session = open()) {
      app.sql(BY_OTHERS);
      written = app.state();
      byte[] marker = Files.readAllBytes(app.marker());
      Files.delete(app.marker());
      Files.createDirectories(app.marker().resolve("in the way"));

      told = catchThrowableOfType(MigrationFailedException.class, session::cancel);

      Files.delete(app.marker().resolve("in the way"));
      Files.delete(app.marker());
      Files.write(app.marker(), marker);
    }

    assertThat(told)
        .hasMessageStartingWith(
            "migration version-2 was not begun, but its marker cannot be removed: ");
    assertThat(told.hint()).hasValueSatisfying(hint -> assertThat(hint).endsWith(" --keep"));
    assertThat(told.report().outcome()).isEqualTo(Outcome.NOT_BEGUN);
    assertThat(reports).containsExactly(told.report());
    assertThat(app.state()).isEqualTo(written);
    assertThat(app.recover(RecoverChoice.KEEP).open()).isEmpty();
    assertThat(app.state()).isEqualTo(written);
    assertThat(app.beside()).isEmpty();
  }
}
