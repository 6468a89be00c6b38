package dev.backuphelper.report;

import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.source.TargetState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a restore did, or would do.
 *
 * @param id the backup restored; empty for a plain file
 * @param from what was restored, in words for people: the id, or the file's path
 * @param outcome how the targets were left
 * @param restored the targets
 * @param safetyBackup the backup of the state before; empty when there was nothing to back up, or
 *     none was wanted
 * @param verified whether the content was checked before and after, and is sound: a database that
 *     was damaged when it was backed up is not
 * @param contended whether another connection went on changing a target while it was restored: its
 *     content is sound, but is not exactly the backup's
 * @param warnings findings that did not stop the restore
 * @param dryRun whether nothing was done
 * @param bytes the size of the images restored
 * @param duration how long it took
 */
public record RestoreReport(
    Optional<BackupId> id,
    String from,
    RestoreOutcome outcome,
    List<Restored> restored,
    Optional<BackupId> safetyBackup,
    boolean verified,
    boolean contended,
    List<String> warnings,
    boolean dryRun,
    long bytes,
    Duration duration) {
  /** Copies the lists. */
  public RestoreReport {
    restored = List.copyOf(restored);
    warnings = List.copyOf(warnings);
  }

  /** Returns this report with more warnings. */
  public RestoreReport withWarnings(List<String> more) {
    List<String> all = new ArrayList<>(warnings);
    all.addAll(more);
    return new RestoreReport(
        id,
        from,
        outcome,
        restored,
        safetyBackup,
        verified,
        contended,
        all,
        dryRun,
        bytes,
        duration);
  }

  /**
   * One target.
   *
   * @param name the source's name in the backup; the file's base name for a plain file
   * @param target the real path written to
   * @param before what was there
   * @param kept the files in which what was there is kept, if it could not be read: the file
   *     itself, then its sidecars; a log or journal alone, if it lay there without its database
   */
  public record Restored(SourceName name, Path target, TargetState before, List<Path> kept) {
    /** Copies the list. */
    public Restored {
      kept = List.copyOf(kept);
    }

    /** Returns the first of the files that are kept; empty when there is none. */
    public Optional<Path> keptAside() {
      return kept.stream().findFirst();
    }
  }
}
