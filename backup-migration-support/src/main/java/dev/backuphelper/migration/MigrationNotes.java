package dev.backuphelper.migration;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.RestoreReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is noted of a migration while it goes on; its report is made of that. Used by one thread.
 */
final class MigrationNotes {
  private final String label;
  private final List<String> warnings = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();
  private Optional<Backup> safety = Optional.empty();
  private Optional<BackupId> failedState = Optional.empty();
  private Duration backup = Duration.ZERO;
  private Duration migration = Duration.ZERO;
  private Duration checks = Duration.ZERO;
  private Duration restore = Duration.ZERO;
  private @Nullable BackupException trouble;

  MigrationNotes(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  void safety(Optional<Backup> made) {
    safety = made;
  }

  void backupTook(Duration time) {
    backup = time;
  }

  void migrationTook(Duration time) {
    migration = time;
  }

  void checksTook(Duration time) {
    checks = time;
  }

  void restoreTook(Duration time) {
    restore = time;
  }

  /** Notes what is worth knowing, whatever the end. */
  void warn(String warning) {
    warnings.add(warning);
  }

  /** Notes what is worth knowing of a failure. */
  void remark(String remark) {
    remarks.add(remark);
  }

  /** Notes what went wrong while the failure was dealt with. */
  void trouble(BackupException failure) {
    trouble = failure;
  }

  /** Notes what became of putting the former content back. */
  void restored(RestoreReport report) {
    failedState = failedState.or(report::safetyBackup);
    remarks.addAll(report.warnings());
    for (RestoreReport.Restored restored : report.restored()) {
      restored
          .keptAside()
          .ifPresent(
              aside ->
                  remark(
                      "what it left at %s cannot be read, and is kept as %s"
                          .formatted(restored.target(), aside)));
    }
    if (report.contended()) {
      remark("somebody else changes them at the same time");
    }
    warnings.addAll(remarks);
  }

  /**
   * Notes that an attempt to put it back failed. What the first attempt found is what the migration
   * left; a later one may find something else.
   */
  void notRestored(RestoreFailedException failure) {
    failedState = failedState.or(failure::safetyBackup);
  }

  Optional<Backup> safety() {
    return safety;
  }

  List<String> remarks() {
    return List.copyOf(remarks);
  }

  Optional<BackupException> trouble() {
    return Optional.ofNullable(trouble);
  }

  MigrationReport report(Outcome outcome) {
    return new MigrationReport(
        label,
        outcome,
        safety.map(Backup::id),
        failedState,
        backup,
        migration,
        checks,
        restore,
        warnings);
  }
}
