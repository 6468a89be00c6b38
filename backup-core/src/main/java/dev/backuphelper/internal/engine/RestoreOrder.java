package dev.backuphelper.internal.engine;

import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.SourceName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What to restore, and where to.
 *
 * @param id the backup; null for a plain file
 * @param file the plain file or folder; null for a backup
 * @param target where to: a file for one component, a folder for several; null where not said
 * @param targets where to for single components
 * @param components the components to restore; empty for all
 * @param verified whether what does not verify is refused, and the result checked
 * @param safetyBackup whether the state before is backed up first
 * @param safetyDirectory the folder of the safety backup; null for the store itself
 * @param dryRun whether everything is checked but nothing done
 * @param actor who asks for it; null when unknown
 * @param pattern the pattern of file names in a folder; null for the usual ones
 * @param confirmation asked before anything that exists is overwritten
 * @param refuseDamaged whether a verified restore refuses what was damaged when it was backed up
 */
public record RestoreOrder(
    @Nullable BackupId id,
    @Nullable Path file,
    @Nullable Path target,
    Map<SourceName, Path> targets,
    Set<SourceName> components,
    boolean verified,
    boolean safetyBackup,
    @Nullable Path safetyDirectory,
    boolean dryRun,
    @Nullable String actor,
    @Nullable String pattern,
    Predicate<List<Path>> confirmation,
    boolean refuseDamaged) {
  /** Creates the order of a backup that was chosen, damaged or not. */
  public RestoreOrder(
      @Nullable BackupId id,
      @Nullable Path file,
      @Nullable Path target,
      Map<SourceName, Path> targets,
      Set<SourceName> components,
      boolean verified,
      boolean safetyBackup,
      @Nullable Path safetyDirectory,
      boolean dryRun,
      @Nullable String actor,
      @Nullable String pattern,
      Predicate<List<Path>> confirmation) {
    this(
        id,
        file,
        target,
        targets,
        components,
        verified,
        safetyBackup,
        safetyDirectory,
        dryRun,
        actor,
        pattern,
        confirmation,
        false);
  }

  /** Copies the collections. */
  public RestoreOrder {
    targets = Map.copyOf(targets);
    components = Set.copyOf(components);
  }

  /** Returns what is restored, in words for people. */
  String from() {
    return id != null ? id.value() : String.valueOf(file);
  }
}
