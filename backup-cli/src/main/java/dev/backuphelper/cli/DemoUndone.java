package dev.backuphelper.cli;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.OpenPlan;
import dev.backuphelper.report.RecoverReport;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The failed migration of the demo, undone. What stands in the way of that, such as a full disk, is
 * told in words.
 *
 * @param safetyBackup what was there before
 * @param failedState what the migration left
 */
record DemoUndone(BackupId safetyBackup, BackupId failedState) {
  /** The remedy for whatever goes wrong with files. */
  static final String HINT =
      "Is there room in the temporary folder, and may this user write there?";

  /** Returns what a guard made of a failure that it let through. */
  static DemoUndone of(Throwable failure) {
    Optional<MigrationReport> report = MigrationReport.of(failure);
    Optional<BackupId> safety = report.flatMap(MigrationReport::safetyBackup);
    Optional<BackupId> left = report.flatMap(MigrationReport::failedState);
    boolean restored =
        report.map(MigrationReport::outcome).equals(Optional.of(MigrationReport.Outcome.RESTORED));
    if (!restored || safety.isEmpty() || left.isEmpty()) {
      String reason =
          Stream.of(failure.getSuppressed())
              .map(told -> String.valueOf(told.getMessage()))
              .findFirst()
              .orElse(String.valueOf(failure.getMessage()));
      throw failed("the guard did not restore: " + reason, failure);
    }
    return new DemoUndone(safety.get(), left.get());
  }

  /** Returns the one thing that is open after the kill. */
  static OpenPlan open(List<OpenPlan> plans) {
    if (plans.isEmpty()) {
      throw failed("the process that was killed left no marker", null);
    }
    return plans.get(0);
  }

  /** Returns the safety backup of a migration that is open: its id is that of the marker, too. */
  static BackupId safetyBackup(OpenPlan open) {
    return open.id().orElseThrow(() -> failed(open.message(), null));
  }

  /** Returns what a recovery made of what was open. */
  static DemoUndone of(BackupId safety, RecoverReport recovered) {
    Optional<String> left =
        recovered.resolved().stream().flatMap(plan -> plan.safetyBackup().stream()).findFirst();
    if (left.isEmpty()) {
      String reason =
          recovered.open().stream()
              .map(RecoverReport.Open::reason)
              .findFirst()
              .orElse("what the migration left was not kept");
      throw failed("the recovery failed: " + reason, null);
    }
    return new DemoUndone(safety, new BackupId(left.get()));
  }

  private static StorageException failed(String reason, @Nullable Throwable cause) {
    return new StorageException(ErrorCode.IO_FAILED, reason, HINT, cause);
  }
}
