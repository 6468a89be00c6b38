package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.LockedException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.report.RecoverReport;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A plan that a dead process left at a database, and that must be resolved before a migration. */
final class LeftPlan {
  private static final Logger LOG = LoggerFactory.getLogger(LeftPlan.class);

  private final Context context;
  private final BackupId id;
  private final Path path;

  /**
   * Creates the view.
   *
   * @param context that of the store that knows the plan
   */
  LeftPlan(Context context, BackupId id, Path path) {
    this.context = context;
    this.id = id;
    this.path = path;
  }

  /**
   * Resolves it, as its policy says. Nobody sees the report of that, so it is told here.
   *
   * @throws BackupException if it stays open
   */
  void resolve() {
    RecoverReport report =
        new RecoverOperation(
                context,
                new RecoverOrder(id, false, RecoverChoice.PLANNED, false, context.connections()))
            .run();
    for (RecoverReport.Resolved resolved : report.resolved()) {
      context
          .events("guard")
          .warning(
              "%s had been interrupted: %s %s%s"
                  .formatted(
                      resolved.title(),
                      resolved.action().key(),
                      resolved.targets(),
                      resolved
                          .safetyBackup()
                          .map(found -> "; what was found is kept as backup " + found)
                          .orElse("")));
    }
    report.open().forEach(left -> LOG.warn("{} stays open: {}", left.marker(), left.reason()));
    if (!report.open().isEmpty()) {
      throw notResolved(report.open().get(0));
    }
  }

  private BackupException notResolved(RecoverReport.Open left) {
    String message = "not migrated: " + left.reason();
    if (left.code() == ErrorCode.LOCKED) {
      return new LockedException(message, "Wait until it has ended.", null);
    }
    return switch (left.code()) {
      case REFUSED, BACKUP_NOT_FOUND, SOURCE_NOT_FOUND, CORRUPT, UNSUPPORTED_FORMAT ->
          new RefusedException(message, hint(left));
      default -> new StorageException(left.code(), message, left.hint(), null);
    };
  }

  // A recovery finds what is open by the store, which may be gone.
  private String hint(RecoverReport.Open left) {
    try {
      if (left.id().isPresent()
          && new OpenPointers(context.store()).find(left.id().get()).isPresent()) {
        return left.hint();
      }
    } catch (IOException unreadable) {
      // What cannot be read is no help.
    }
    return "Bring back the store %s; or, to keep what is there, remove %s by hand."
        .formatted(context.store().location(), PlanFile.beside(path));
  }
}
