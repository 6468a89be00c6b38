package dev.backuphelper.migration.internal;

import dev.backuphelper.GuardRequest;
import dev.backuphelper.GuardRequest.OnCrash;
import dev.backuphelper.GuardedSection;
import dev.backuphelper.migration.MigrationGuard;
import java.nio.file.Path;
import java.util.List;

/** Which databases a guard protects. */
public final class GuardedFiles {
  private GuardedFiles() {}

  /**
   * Returns the real paths of a guard's databases, be they missing. Locks them for that, which a
   * thread may do again that has locked them already.
   *
   * @throws dev.backuphelper.error.BackupException if they cannot be locked
   */
  public static List<Path> of(MigrationGuard guard) {
    GuardRequest request = new GuardRequest("look", OnCrash.STOP, guard.policy().patience(), null);
    try (GuardedSection section = guard.backups().guard(request)) {
      return section.databases();
    }
  }
}
