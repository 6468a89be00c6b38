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
 */
public record CleanReport(
    boolean dryRun, List<Removed> removed, List<Kept> kept, long freedBytes, List<String> errors) {
  /** Copies the lists. */
  public CleanReport {
    removed = List.copyOf(removed);
    kept = List.copyOf(kept);
    errors = List.copyOf(errors);
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
