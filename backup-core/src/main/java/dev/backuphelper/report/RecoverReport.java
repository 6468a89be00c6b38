package dev.backuphelper.report;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.BackupId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a recovery resolved, or would.
 *
 * @param dryRun whether nothing was done
 * @param resolved the plans that are closed now
 * @param open the plans that stay open, each with the reason
 * @param swept files of the store that a killed process had left, by name
 * @param orphans files of the store that belong to no backup; reported, never removed
 */
public record RecoverReport(
    boolean dryRun,
    List<Resolved> resolved,
    List<Open> open,
    List<String> swept,
    List<String> orphans) {
  /** Copies the lists. */
  public RecoverReport {
    resolved = List.copyOf(resolved);
    open = List.copyOf(open);
    swept = List.copyOf(swept);
    orphans = List.copyOf(orphans);
  }

  /** How a plan was resolved. */
  public enum Action {
    /** Nothing was left to do: no target had been touched, or all was over. It was closed. */
    UNDONE,
    /** The restore was finished from its verified backup. */
    FINISHED,
    /** The migration was undone: the databases hold again what they held before it. */
    RESTORED,
    /** What is there was kept. */
    KEPT;

    /** Returns the spelling of reports: the name in lower case. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A plan that is closed.
   *
   * @param marker the plan's file
   * @param title what it was the plan of, in words for people: {@code migration orders-v42}
   * @param action how it was resolved
   * @param backup the backup that was being restored, or the plain file
   * @param safetyBackup the backup of the state found; empty when none was needed
   * @param targets the databases concerned
   * @param contended whether somebody else went on writing, so that what is there is sound, but not
   *     exactly what was to be put there
   */
  public record Resolved(
      String marker,
      String title,
      Action action,
      String backup,
      Optional<String> safetyBackup,
      List<String> targets,
      boolean contended) {
    /** Copies the list. */
    public Resolved {
      targets = List.copyOf(targets);
    }
  }

  /**
   * A plan that stays open.
   *
   * @param id its id; empty when it cannot be read
   * @param marker the plan's file
   * @param code what kind of reason it is: {@code LOCKED} while somebody works on it, {@code
   *     REFUSED} when somebody has to decide, otherwise what failed
   * @param reason why it stays open
   * @param hint what to do about it
   */
  public record Open(
      Optional<BackupId> id, String marker, ErrorCode code, String reason, String hint) {}
}
