package dev.backuphelper.internal.engine;

import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.SourceName;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
 * @param fileSha256 the SHA-256 of the image that the file held when it was staged; null before
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
 * @param resolving the open plan that this restore brings to its end; null for none
 */
public record RestoreOrder(
    @Nullable BackupId id,
    @Nullable Path file,
    @Nullable String fileSha256,
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
    boolean refuseDamaged,
    @Nullable Plan resolving) {
  /** Copies the collections. */
  public RestoreOrder {
    targets = Map.copyOf(targets);
    components = Set.copyOf(components);
  }

  /** Returns the order that brings about what an open plan wants, or tells whether it could. */
  static RestoreOrder of(Plan plan, boolean dryRun) {
    Map<SourceName, Path> targets = new LinkedHashMap<>();
    for (Goal goal : plan.goals()) {
      if (goal.isDatabase()) {
        targets.put(goal.component(), goal.target());
      }
    }
    Path file = plan.file();
    return new RestoreOrder(
        plan.backup(),
        file,
        plan.fileSha256(),
        file == null ? null : plan.goals().get(0).target(),
        targets,
        file == null ? targets.keySet() : Set.of(),
        plan.verified(),
        true,
        plan.store().equals(plan.source()) ? null : Path.of(plan.store()),
        dryRun,
        null,
        null,
        existing -> true,
        false,
        plan);
  }

  /**
   * Returns this order with the file that was staged: the one that it named, or that was chosen of
   * the folder it named.
   */
  RestoreOrder withFile(Path staged, String sha256) {
    return new RestoreOrder(
        id,
        staged,
        sha256,
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
        refuseDamaged,
        resolving);
  }

  /** Returns the targets that are to be missing or empty. */
  List<Goal> cleared() {
    return resolving == null
        ? List.of()
        : resolving.goals().stream().filter(goal -> !goal.isDatabase()).toList();
  }

  /** Returns what is restored, in words for people. */
  String from() {
    if (id != null) {
      return id.value();
    }
    return file != null ? file.toString() : "nothing, as before";
  }
}
