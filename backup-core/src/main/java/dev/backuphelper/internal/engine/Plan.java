package dev.backuphelper.internal.engine;

import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.BackupId;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be at some targets in the end: the plan of a restore, or the marker of a migration,
 * which is the plan of the restore that would undo it. Immutable.
 *
 * @param id the plan's id; a migration's is that of its safety backup
 * @param owner the process that works on it
 * @param purpose why there is a plan
 * @param engine the kind of database of all targets
 * @param store the location of the store that holds the pointer and the safety backup
 * @param source the location of the store that holds the backup
 * @param backup the backup that is restored; null for a plain file, and where nothing was there
 * @param file the plain file that is restored; null for a backup
 * @param fileSha256 the SHA-256 of the image that this file held, lower-case hex; null for a backup
 * @param safetyBackup the backup of the state before a restore; null when there is none
 * @param verified whether what does not verify is refused, and the result checked
 * @param goals what goes where; never empty
 */
record Plan(
    BackupId id,
    ProcessOwner owner,
    Purpose purpose,
    String engine,
    String store,
    String source,
    @Nullable BackupId backup,
    @Nullable Path file,
    @Nullable String fileSha256,
    @Nullable BackupId safetyBackup,
    boolean verified,
    List<Goal> goals) {
  Plan {
    goals = List.copyOf(goals);
  }

  /** Returns the real paths of all targets. */
  List<Path> targets() {
    return goals.stream().map(Goal::target).toList();
  }

  /** Returns what is put in place, in words for people. */
  String what() {
    if (backup != null) {
      return "backup " + backup;
    }
    return file != null ? file.toString() : "nothing, as before";
  }

  /** Returns what this is the plan of, in words for people. */
  String title() {
    return purpose.isMigration() ? "migration " + purpose.label() : "restore " + id;
  }

  Plan with(Purpose changed) {
    return new Plan(
        id,
        owner,
        changed,
        engine,
        store,
        source,
        backup,
        file,
        fileSha256,
        safetyBackup,
        verified,
        goals);
  }
}
