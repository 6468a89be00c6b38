package dev.backuphelper.retention;

import java.time.Duration;
import java.util.List;

/**
 * What a policy keeps and removes, with the reason for each. Every item that was planned is in one
 * of the two lists.
 *
 * <p>Immutable and thread-safe.
 *
 * @param <T> what was planned: a {@link dev.backuphelper.model.Backup} or a {@link FileItem}
 * @param kept what stays, newest first
 * @param removed what goes, in the order of removal: newest first, a base after all that build on
 *     it, so that whatever is left of an interrupted removal is whole
 * @param futureDated what is dated more than {@link #FUTURE_TOLERANCE} ahead, newest first; when it
 *     is not empty the clock or the dates are wrong, and nothing should be removed by this plan
 */
public record RetentionPlan<T>(List<Kept<T>> kept, List<Removed<T>> removed, List<T> futureDated) {
  /** How far ahead of the clock a date may be before it is suspicious. */
  public static final Duration FUTURE_TOLERANCE = Duration.ofDays(1);

  /** Copies the lists. */
  public RetentionPlan {
    kept = List.copyOf(kept);
    removed = List.copyOf(removed);
    futureDated = List.copyOf(futureDated);
  }

  /**
   * Something that stays.
   *
   * @param <T> what was planned
   * @param item what stays
   * @param reasons all that keeps it, in plain words; at least one
   */
  public record Kept<T>(T item, List<String> reasons) {
    /** Copies the list. */
    public Kept {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * Something that goes.
   *
   * @param <T> what was planned
   * @param item what goes
   * @param reason the rule that lets it go, in plain words
   */
  public record Removed<T>(T item, String reason) {}
}
