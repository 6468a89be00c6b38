package dev.backuphelper.migration;

import dev.backuphelper.GuardedSection;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.migration.MigrationReport.Outcome;
import org.jspecify.annotations.Nullable;

/** Says in words what became of a migration that failed, and how to go on. */
final class MigrationFailure {
  private final MigrationNotes notes;
  private final GuardedSection section;

  MigrationFailure(MigrationNotes notes, GuardedSection section) {
    this.notes = notes;
    this.section = section;
  }

  /**
   * Returns the exception that says so.
   *
   * @param how what the migration did: failed, say
   * @param cause why, if the exception is not attached to that itself
   */
  MigrationFailedException of(String how, MigrationReport report, @Nullable Throwable cause) {
    MigrationFailedException failure =
        new MigrationFailedException(report, message(how, report), hint(report), cause);
    notes.trouble().ifPresent(failure::addSuppressed);
    return failure;
  }

  private String message(String how, MigrationReport report) {
    StringBuilder message = new StringBuilder("migration " + notes.label() + " " + how + "; ");
    message.append(outcome(report.outcome()));
    report
        .failedState()
        .ifPresent(id -> message.append("; what it left is kept as backup ").append(id));
    notes.remarks().forEach(remark -> message.append("; ").append(remark));
    // In the message, because a suppressed exception is shown by its message alone.
    if (!isSafetyBackupGone()) {
      section
          .restoreCommand()
          .ifPresent(command -> message.append("; to restore by hand: ").append(command));
    }
    return message.toString();
  }

  private boolean isSafetyBackupGone() {
    return notes
        .trouble()
        .filter(trouble -> trouble.code() == ErrorCode.BACKUP_NOT_FOUND)
        .isPresent();
  }

  private String outcome(Outcome outcome) {
    return switch (outcome) {
      case RESTORED ->
          notes
              .safety()
              .map(
                  made ->
                      "%s hold again what they held before, from safety backup %s"
                          .formatted(section.databases(), made.id()))
              .orElse(section.databases() + " hold nothing again, as before");
      case LEFT -> "what it left in " + section.databases() + " is still there";
      case RESTORE_FAILED ->
          "and %s could not be restored: %s"
              .formatted(
                  section.databases(), notes.trouble().map(Throwable::getMessage).orElse(""));
      case NOTHING_PENDING -> "nothing was pending, so nothing was backed up";
      case NOT_BEGUN, MIGRATED -> "";
    };
  }

  private @Nullable String hint(MigrationReport report) {
    if (report.outcome() == Outcome.LEFT && notes.trouble().isPresent()) {
      return section
          .recoverCommand()
          .map(command -> "Keep what it left, and remove the marker: " + command + " --keep")
          .orElse(null);
    }
    if (report.outcome() != Outcome.RESTORE_FAILED) {
      return null;
    }
    String first =
        notes.trouble().flatMap(BackupException::hint).map(text -> text + " ").orElse("");
    return first
        + section.recoverCommand().map(command -> "Then: " + command + " --restore").orElse("");
  }
}
