package dev.backuphelper.internal.engine;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Verification;
import dev.backuphelper.report.VerifyReport.VerifiedFile;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads backups to know which are good now, whatever is recorded of them; each of them once. */
final class Proof {
  private final Context context;
  private final Events events;
  private final boolean recording;
  private final Map<BackupId, Optional<Verification>> read = new HashMap<>();

  /** Findings are kept in the store too if {@code recording}. */
  Proof(Context context, Events events, boolean recording) {
    this.context = context;
    this.events = events;
    this.recording = recording;
  }

  /** Returns what reading a backup told; empty if it was not read, or could not be. */
  Optional<Verification> found(BackupId id) {
    return read.getOrDefault(id, Optional.empty());
  }

  /** Tells whether a backup was read, or could not be. */
  boolean isRead(BackupId id) {
    return read.containsKey(id);
  }

  /** Tells whether a backup was read and is good. */
  boolean isGood(BackupId id) {
    return found(id).filter(Verification::good).isPresent();
  }

  /** Reads a backup unless that was done, and tells whether it is good. */
  boolean prove(Backup backup) throws IOException {
    if (!isRead(backup.id())) {
      read(backup);
    }
    return isGood(backup.id());
  }

  // Who removes backups may do so because the disk is full.
  private List<VerifiedFile> files(Backup backup, CheckLevel level) throws IOException {
    BackupCheck check = new BackupCheck(context);
    try {
      return recording ? check.examine(backup, level) : check.look(backup, level);
    } catch (StorageException failure) {
      if (failure.code() != ErrorCode.NO_SPACE || wasNeverChecked(backup)) {
        throw failure;
      }
      return check.withoutStaging().look(backup, level);
    }
  }

  // The right digest of an image that nobody looked at proves nothing of the database in it.
  private static boolean wasNeverChecked(Backup backup) {
    return backup.components().stream().anyMatch(component -> component.checks().isEmpty());
  }

  private void read(Backup backup) throws IOException {
    events.step("proving", backup.id());
    CheckLevel level =
        backup
            .verification()
            .map(Verification::level)
            .filter(known -> known != CheckLevel.NONE)
            .orElse(CheckLevel.QUICK);
    List<VerifiedFile> files = files(backup, level);
    Optional<Boolean> good = BackupCheck.verdict(backup, files);
    read.put(
        backup.id(), good.map(found -> new Verification(level, context.clock().instant(), found)));
    Optional<String> problem = files.stream().flatMap(file -> file.error().stream()).findFirst();
    problem.ifPresent(
        text ->
            events.warning(
                "backup %s %s: %s"
                    .formatted(
                        backup.id(), good.isPresent() ? "is bad" : "cannot be checked", text)));
  }
}
