package dev.backuphelper.retention;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the rules of one part keep of one group, before the limits. It is asked about one after the
 * other, newest first, and does not look at the clock: what it keeps changes with what there is
 * alone.
 *
 * <p>A rule keeps the newest of each bucket (an hour, a day, …) that would restore, up to its
 * count. What would not restore is kept where it would be if it did, but fills no bucket.
 */
final class Selection {
  private final Part part;
  private final Map<Interval, Set<Object>> filled = new EnumMap<>(Interval.class);
  private @Nullable Instant newest;

  Selection(Part part) {
    this.part = part;
  }

  /**
   * Returns the rules that keep a candidate, or without any such rule the limits; empty if it goes.
   *
   * @param flaw why it would not restore; empty if it would
   */
  List<String> reasonsToKeep(Candidate<?> candidate, String flaw) {
    if (!part.rules().hasKeepRule()) {
      return part.reasonsOfLimits();
    }
    String note = flaw.isEmpty() ? "" : " (not counted: " + flaw + ")";
    List<String> reasons = new ArrayList<>();
    part.rules()
        .counts()
        .forEach(
            (interval, count) -> {
              if (takes(interval, count, candidate, flaw.isEmpty())) {
                reasons.add("among " + interval.words(count) + note);
              }
            });
    Duration within = part.rules().within();
    if (within != null && isWithin(within, candidate, flaw.isEmpty())) {
      reasons.add(Rules.reasonOfWithin(within));
    }
    return reasons;
  }

  private boolean takes(Interval interval, int count, Candidate<?> candidate, boolean counts) {
    Set<Object> buckets = filled.computeIfAbsent(interval, none -> new HashSet<>());
    Object bucket = interval.bucketOf(candidate, part.rules().zone());
    boolean taken = buckets.size() < count && !buckets.contains(bucket);
    if (taken && counts) {
      buckets.add(bucket);
    }
    return taken;
  }

  // Reckoned from the newest and not from the clock: where backups have stopped, those that led up
  // to that stay.
  private boolean isWithin(Duration within, Candidate<?> candidate, boolean counts) {
    if (newest == null && counts) {
      newest = candidate.time();
    }
    return newest == null || !Rules.isOlder(candidate.time(), within, newest);
  }
}
