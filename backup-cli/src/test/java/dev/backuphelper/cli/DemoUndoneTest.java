package dev.backuphelper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.migration.MigrationFailedException;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.OpenPlan;
import dev.backuphelper.report.RecoverReport;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What keeps a demo from being told to its end is no defect, and is said in words. */
class DemoUndoneTest {
  private static final BackupId SAFETY = new BackupId("20261120-070305-400");
  private static final BackupId LEFT = new BackupId("20261120-070306-204");

  private static void assertToldInWords(ThrowingCallable work, String message) {
    Failure failure = Failure.of(catchThrowableOfType(BackupException.class, work));
    assertThat(failure.exit()).isEqualTo(1);
    assertThat(failure.message()).isEqualTo(message);
    assertThat(failure.hint()).endsWith("?");
  }

  private static SQLException failure(Outcome outcome, Optional<BackupId> left, String told) {
    SQLException failure = new SQLException("no such column: total");
    failure.addSuppressed(
        new MigrationFailedException(
            new MigrationReport(
                "orders-v42",
                outcome,
                Optional.of(SAFETY),
                left,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                List.of()),
            told,
            null,
            null));
    return failure;
  }

  private static OpenPlan open(Optional<BackupId> id, String message) {
    return new OpenPlan(id, OpenPlan.Kind.MIGRATION, false, List.of(), message, "recover");
  }

  private static RecoverReport recovered(
      List<RecoverReport.Resolved> resolved, List<RecoverReport.Open> open) {
    return new RecoverReport(false, resolved, open, List.of(), List.of());
  }

  private static RecoverReport.Resolved resolved(Optional<String> left) {
    return new RecoverReport.Resolved(
        "marker",
        "migration orders-v42",
        RecoverReport.Action.RESTORED,
        SAFETY.value(),
        left,
        List.of(),
        false);
  }

  @Test
  void a_restore_has_both_backups() {
    assertThat(DemoUndone.of(failure(Outcome.RESTORED, Optional.of(LEFT), "")))
        .isEqualTo(new DemoUndone(SAFETY, LEFT));
  }

  @Test
  void a_restore_that_failed_says_why() {
    assertToldInWords(
        () -> DemoUndone.of(failure(Outcome.RESTORE_FAILED, Optional.empty(), "the disk is full")),
        "the guard did not restore: the disk is full");
  }

  @Test
  void a_failure_without_a_report_says_why() {
    assertToldInWords(
        () -> DemoUndone.of(new SQLException("the disk is full")),
        "the guard did not restore: the disk is full");
  }

  @Test
  void a_kill_that_left_nothing_open_says_so() {
    assertToldInWords(
        () -> DemoUndone.open(List.of()), "the process that was killed left no marker");
  }

  @Test
  void a_marker_that_cannot_be_read_is_told() {
    assertToldInWords(
        () -> DemoUndone.safetyBackup(open(Optional.empty(), "the marker cannot be read")),
        "the marker cannot be read");
  }

  @Test
  void a_recovery_has_both_backups() {
    OpenPlan open = open(Optional.of(SAFETY), "migration orders-v42 is open");

    assertThat(DemoUndone.open(List.of(open))).isEqualTo(open);
    assertThat(DemoUndone.safetyBackup(open)).isEqualTo(SAFETY);
    assertThat(
            DemoUndone.of(
                SAFETY, recovered(List.of(resolved(Optional.of(LEFT.value()))), List.of())))
        .isEqualTo(new DemoUndone(SAFETY, LEFT));
  }

  @Test
  void a_recovery_that_resolved_nothing_says_why() {
    RecoverReport.Open stays =
        new RecoverReport.Open(
            Optional.of(SAFETY),
            "marker",
            ErrorCode.NO_SPACE,
            "there is no room for it",
            "Free some space.");

    assertToldInWords(
        () -> DemoUndone.of(SAFETY, recovered(List.of(), List.of(stays))),
        "the recovery failed: there is no room for it");
  }

  @Test
  void a_recovery_that_kept_nothing_says_so() {
    assertToldInWords(
        () -> DemoUndone.of(SAFETY, recovered(List.of(resolved(Optional.empty())), List.of())),
        "the recovery failed: what the migration left was not kept");
  }
}
