package dev.backuphelper.internal.engine;

import dev.backuphelper.report.CleanReport;
import dev.backuphelper.retention.RetentionPolicy;
import java.util.function.Predicate;

/**
 * What to remove, and who agrees to it.
 *
 * @param policy says what goes
 * @param dryRun whether it is only found out what would go
 * @param confirmation asked with what would go, before any of it goes; no is the end of it. Nobody
 *     else can use the store meanwhile, so it answers at once
 */
public record CleanOrder(
    RetentionPolicy policy, boolean dryRun, Predicate<CleanReport> confirmation) {

  /** Returns the order to remove without a question, or to find out what would be removed. */
  public static CleanOrder of(RetentionPolicy policy, boolean dryRun) {
    return new CleanOrder(policy, dryRun, rehearsed -> true);
  }

  /** Returns the order to remove what somebody agrees to. */
  public static CleanOrder confirmed(RetentionPolicy policy, Predicate<CleanReport> confirmation) {
    return new CleanOrder(policy, false, confirmation);
  }

  /** Tells whether what a rehearsal found is to be done. */
  boolean allows(CleanReport rehearsed) {
    return !dryRun && confirmation.test(rehearsed);
  }
}
