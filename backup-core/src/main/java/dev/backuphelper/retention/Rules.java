package dev.backuphelper.retention;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rules for some backups and what they are called in a reason; null where there is no such
 * rule. The first two say what stays, and the limits remove from that.
 *
 * @param counts how many stay of each group
 * @param within what is so little older than the newest of its group stays
 * @param maxAge what is older goes
 * @param maxTotalSize the bytes of all that stays
 * @param zone whose calendar tells hours, days and so on
 */
record Rules(
    SortedMap<Interval, Integer> counts,
    @Nullable Duration within,
    @Nullable Duration maxAge,
    @Nullable Long maxTotalSize,
    ZoneId zone) {
  static final ZoneId UTC = ZoneId.of("UTC");

  Rules {
    counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
  }

  boolean isEmpty() {
    return !hasKeepRule() && maxAge == null && maxTotalSize == null;
  }

  /** Tells whether a rule says what stays; without one everything does. */
  boolean hasKeepRule() {
    return !counts.isEmpty() || within != null;
  }

  boolean isTooOld(Instant time, Instant now) {
    return maxAge != null && isOlder(time, maxAge, now);
  }

  boolean isTooLarge(long total) {
    return maxTotalSize != null && total > maxTotalSize;
  }

  /** Returns the limits that something is within. */
  List<String> reasonsOfLimits(String subject) {
    List<String> reasons = new ArrayList<>();
    if (maxAge != null) {
      reasons.add(subject + "not older than " + Words.of(maxAge));
    }
    if (maxTotalSize != null) {
      reasons.add("within the total size of " + Words.ofBytes(maxTotalSize));
    }
    return reasons;
  }

  /** Returns why the limits remove something: the age if that is over, else the size. */
  String reasonToRemove(String subject, Instant time, Instant now) {
    return maxAge != null && isOlder(time, maxAge, now)
        ? subject + "older than " + Words.of(maxAge)
        : "beyond the total size of " + Words.ofBytes(maxTotalSize == null ? 0 : maxTotalSize);
  }

  /** Returns why the rules that say what stays do not keep something. */
  String reasonNotKept() {
    List<String> reasons = new ArrayList<>();
    counts.forEach((interval, count) -> reasons.add("among " + interval.words(count)));
    if (within != null) {
      reasons.add(reasonOfWithin(within));
    }
    return "not " + Words.list(reasons, "or");
  }

  static String reasonOfWithin(Duration within) {
    return "within " + Words.of(within) + " of the newest";
  }

  /** Returns the rules in words, in the order in which they are applied. */
  String describe() {
    List<String> steps = new ArrayList<>();
    if (hasKeepRule()) {
      steps.add("keeps " + Words.list(whatStays(), "and") + " of each database group" + calendar());
    }
    if (maxAge != null) {
      steps.add("removes what is older than " + Words.of(maxAge));
    }
    if (maxTotalSize != null) {
      steps.add("removes the oldest beyond a total size of " + Words.ofBytes(maxTotalSize));
    }
    return String.join(", then ", steps);
  }

  private List<String> whatStays() {
    List<String> parts = new ArrayList<>();
    counts.forEach((interval, count) -> parts.add(interval.words(count)));
    if (within != null) {
      parts.add("all " + reasonOfWithin(within));
    }
    return parts;
  }

  private String calendar() {
    boolean matters = counts.keySet().stream().anyMatch(Interval::isOfCalendar);
    return matters ? " by the calendar of " + zone : "";
  }

  /** Compares ages and not moments, because the moment before a very long age does not exist. */
  static boolean isOlder(Instant time, Duration age, Instant now) {
    return Duration.between(time, now).compareTo(age) > 0;
  }
}
