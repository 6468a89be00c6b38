package dev.backuphelper.report;

import java.util.List;

/**
 * What a removal removed and kept, or would.
 *
 * @param dryRun whether nothing was done
 * @param removed what went
 * @param kept what stayed
 * @param freedBytes the bytes really freed; in a dry run, those that would be
 * @param errors what could not be removed, and why
 * @param unproven what has no good backup left, as far as is known: the names of the databases of
 *     each such set, or the folder of plain files
 */
public record CleanReport(
    boolean dryRun,
    List<Removed> removed,
    List<Kept> kept,
    long freedBytes,
    List<String> errors,
    List<String> unproven) {
  /** Copies the lists. */
  public CleanReport {
    removed = List.copyOf(removed);
    kept = List.copyOf(kept);
    errors = List.copyOf(errors);
    unproven = List.copyOf(unproven);
  }

  /** Returns the report of a removal that found nothing to look at. */
  public static CleanReport nothing(boolean dryRun) {
    return new CleanReport(dryRun, List.of(), List.of(), 0, List.of(), List.of());
  }

  /** Returns the report of a dry run. */
  public static CleanReport rehearsed(
      List<Removed> removed, List<Kept> kept, List<String> unproven) {
    long bytes = removed.stream().mapToLong(Removed::size).sum();
    return new CleanReport(true, removed, kept, bytes, List.of(), unproven);
  }

  /**
   * Something removed.
   *
   * @param id the backup's id, or the plain file's name
   * @param reason the rule that let it go
   * @param size its bytes
   */
  public record Removed(String id, String reason, long size) {}

  /**
   * Something kept.
   *
   * @param id the backup's id, or the plain file's name
   * @param reasons the rules that keep it
   */
  public record Kept(String id, List<String> reasons) {
    /** Copies the list. */
    public Kept {
      reasons = List.copyOf(reasons);
    }
  }
}
