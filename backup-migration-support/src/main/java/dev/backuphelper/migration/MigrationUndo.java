package dev.backuphelper.migration;

import dev.backuphelper.GuardedSection;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.report.RestoreReport;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does with a protected migration that failed what the policy says. Throws nothing. */
final class MigrationUndo {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationUndo.class);

  private final GuardedSection section;
  private final MigrationNotes notes;

  MigrationUndo(GuardedSection section, MigrationNotes notes) {
    this.section = section;
    this.notes = notes;
  }

  /** Leaves what is there, or puts the former content back. */
  Outcome run(GuardPolicy.OnFailure policy) {
    return policy == GuardPolicy.OnFailure.STOP ? leave() : restore();
  }

  private Outcome leave() {
    try {
      Interrupts.insist(
          () -> {
            section.commit();
            return section;
          });
    } catch (BackupException notClosed) {
      notes.trouble(notClosed);
      notes.remark("its marker cannot be removed: " + notClosed.getMessage());
    }
    LOG.error("migration {}: failed; what it left is there, as the policy says", notes.label());
    return Outcome.LEFT;
  }

  private Outcome restore() {
    LOG.warn("migration {}: failed; the former content is put back", notes.label());
    long from = System.nanoTime();
    try {
      notes.restored(Interrupts.insist(this::undoSection));
      LOG.warn("migration {}: the former content is there again", notes.label());
      return Outcome.RESTORED;
    } catch (RuntimeException | Error failure) {
      notes.trouble(
          failure instanceof BackupException known
              ? known
              : new StorageException(
                  ErrorCode.RESTORE_FAILED, "cannot restore: " + failure, null, failure));
      LOG.error("migration {}: the former content could not be put back", notes.label(), failure);
      return Outcome.RESTORE_FAILED;
    } finally {
      notes.restoreTook(Duration.ofNanos(System.nanoTime() - from));
    }
  }

  private RestoreReport undoSection() {
    try {
      return section.undo();
    } catch (RestoreFailedException failure) {
      notes.notRestored(failure);
      throw failure;
    }
  }
}
