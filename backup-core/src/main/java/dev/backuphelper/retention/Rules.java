package dev.backuphelper.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one policy and what they are called in a reason; null where there is no such rule.
 *
 * @param keepLast how many stay of each group
 * @param maxAge what is older goes
 * @param maxTotalSize the bytes of all that stays
 */
record Rules(@Nullable Integer keepLast, @Nullable Duration maxAge, @Nullable Long maxTotalSize) {
  static final String SAFETY_REMOVED =
      "safety backups are kept " + Words.of(RetentionPolicy.SAFETY_AGE);
  static final String SAFETY_KEPT =
      "safety backup not older than " + Words.of(RetentionPolicy.SAFETY_AGE);

  boolean isEmpty() {
    return keepLast == null && maxAge == null && maxTotalSize == null;
  }

  /** Tells whether the rule of counting, if there is one, keeps what has so many newer ones. */
  boolean isAmongLast(int newer) {
    return keepLast == null || newer < keepLast;
  }

  boolean isTooOld(Instant time, Instant now) {
    return maxAge != null && isOlder(time, maxAge, now);
  }

  boolean isTooLarge(long total) {
    return maxTotalSize != null && total > maxTotalSize;
  }

  /** Returns why these rules keep something: the count, or without one the limits it is within. */
  List<String> reasonsToKeep(String note) {
    if (keepLast != null) {
      return List.of("among the last " + keepLast + note);
    }
    List<String> reasons = new ArrayList<>();
    if (maxAge != null) {
      reasons.add("not older than " + Words.of(maxAge));
    }
    if (maxTotalSize != null) {
      reasons.add("within the total size of " + Words.ofBytes(maxTotalSize));
    }
    return reasons;
  }

  String reasonOfCount() {
    return "not among the last " + keepLast;
  }

  /** Returns why the limits remove something: the age if that is over, else the size. */
  String reasonOfLimits(Instant time, Instant now) {
    return maxAge != null && isOlder(time, maxAge, now)
        ? "older than " + Words.of(maxAge)
        : "beyond the total size of " + Words.ofBytes(maxTotalSize == null ? 0 : maxTotalSize);
  }

  /** Returns the rules as clauses of a sentence. */
  List<String> describe() {
    List<String> clauses = new ArrayList<>();
    if (keepLast != null) {
      clauses.add("keeps the last " + keepLast + " of each database group");
    }
    if (maxAge != null) {
      clauses.add("removes what is older than " + Words.of(maxAge));
    }
    if (maxTotalSize != null) {
      clauses.add("removes the oldest beyond a total size of " + Words.ofBytes(maxTotalSize));
    }
    return clauses;
  }

  /** Compares ages and not moments, because the moment before a very long age does not exist. */
  static boolean isOlder(Instant time, Duration age, Instant now) {
    return Duration.between(time, now).compareTo(age) > 0;
  }
}
