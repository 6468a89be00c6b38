package dev.backuphelper.retention;

import com.google.common.math.LongMath;
import dev.backuphelper.retention.Candidate.Condition;
import dev.backuphelper.retention.Candidate.Regime;
import dev.backuphelper.retention.RetentionPlan.Kept;
import dev.backuphelper.retention.RetentionPlan.Removed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Makes one plan: what is kept grows step by step, each step takes the bases along, and what no
 * step took is removed.
 *
 * <ol>
 *   <li>What no rule may remove, whatever the time: not governed, pinned, named, newest of a group.
 *   <li>What the policy selects, newest first, up to the first that is too old or does not fit. As
 *       everything older goes too, the limits remove the oldest first.
 *   <li>What is too young to be removed: safety backups of the last days, dates in the future.
 * </ol>
 *
 * <p>Only the age limits and the third step look at the clock, each keeps less as time goes by, and
 * the room that the size limit gives does not depend on them. So what is removed now would still be
 * removed later, and planning again what was left removes nothing more.
 */
final class Planner<T> {
  private final Rules rules;
  private final String scope;
  private final Instant now;
  private final List<Candidate<T>> newestFirst;
  private final Chains<T> chains;
  private final Set<String> selected = new HashSet<>();
  private final Set<String> kept = new HashSet<>();
  private final Map<String, List<String>> reasons = new HashMap<>();
  private long governedSize;

  /**
   * Prepares a plan.
   *
   * @param scope what a group is called in a reason
   */
  Planner(Rules rules, String scope, Collection<Candidate<T>> candidates, Instant now) {
    this.rules = rules;
    this.scope = scope;
    this.now = now;
    this.newestFirst = candidates.stream().sorted(Candidate.NEWEST_FIRST).toList();
    this.chains = new Chains<>(newestFirst);
  }

  RetentionPlan<T> plan() {
    keepProtected();
    select();
    keepSelected();
    keepYoung();
    addNeeds();
    return new RetentionPlan<>(keptItems(), removedItems(), futureDated());
  }

  private void keepProtected() {
    newestFirst.stream()
        .collect(Collectors.groupingBy(Candidate::group))
        .values()
        .forEach(this::keepNewest);
    for (Candidate<T> candidate : newestFirst) {
      keepIf(candidate.pinned(), candidate, "pinned");
      keepIf(candidate.named(), candidate, "named by an open operation");
      keepIf(candidate.regime() == Regime.NONE, candidate, "not governed by this policy");
    }
  }

  /** Keeps the newest verified one; if that would not restore, also the best of the others. */
  private void keepNewest(List<Candidate<T>> group) {
    Optional<Candidate<T>> verified = newest(group, Candidate::isVerified);
    verified.ifPresent(candidate -> keep(candidate, "newest verified of " + scope));
    if (verified.filter(chains::isRestorable).isEmpty()) {
      keepBestOf(group);
    }
  }

  private void keepBestOf(List<Candidate<T>> group) {
    Optional<Candidate<T>> restorable =
        newest(group, candidate -> candidate.isVerified() && chains.isRestorable(candidate))
            .or(() -> newest(group, chains::isRestorable));
    Optional<Candidate<T>> undamaged =
        newest(group, candidate -> candidate.condition() != Condition.DAMAGED);
    restorable.ifPresentOrElse(
        candidate -> keep(candidate, "newest restorable of " + scope),
        () -> keep(undamaged.orElse(group.get(0)), "the best there is of " + scope));
  }

  /** Finds what the rule of counting takes; what would not restore is taken but not counted. */
  private void select() {
    Map<String, Integer> counts = new HashMap<>();
    for (Candidate<T> candidate : newestFirst) {
      if (candidate.isGoverned()) {
        if (rules.isAmongLast(counts.getOrDefault(candidate.group(), 0))) {
          selected.add(candidate.id());
        }
        if (chains.isRestorable(candidate)) {
          counts.merge(candidate.group(), 1, Integer::sum);
        }
      }
    }
  }

  private void keepSelected() {
    for (Candidate<T> candidate : newestFirst) {
      if (selected.contains(candidate.id())) {
        if (rules.isTooOld(candidate.time(), now) || rules.isTooLarge(sizeWith(candidate))) {
          return;
        }
        keepByRules(candidate);
      }
    }
  }

  private void keepByRules(Candidate<T> candidate) {
    String note = chains.isRestorable(candidate) ? "" : " (not counted: " + flaw(candidate) + ")";
    rules.reasonsToKeep(note).forEach(reason -> keep(candidate, reason));
  }

  private static String flaw(Candidate<?> candidate) {
    return switch (candidate.condition()) {
      case DAMAGED -> "damaged";
      case FAILED -> "not found good";
      case VERIFIED, UNVERIFIED -> "a base is missing or bad";
    };
  }

  private void keepYoung() {
    for (Candidate<T> candidate : newestFirst) {
      boolean young = !Rules.isOlder(candidate.time(), RetentionPolicy.SAFETY_AGE, now);
      keepIf(candidate.regime() == Regime.SAFETY && young, candidate, Rules.SAFETY_KEPT);
      keepIf(candidate.dated().isAfter(now), candidate, "dated in the future");
    }
  }

  private void keepIf(boolean condition, Candidate<T> candidate, String reason) {
    if (condition) {
      keep(candidate, reason);
    }
  }

  private void keep(Candidate<T> candidate, String reason) {
    governedSize = sizeWith(candidate);
    chains.of(candidate).forEach(link -> kept.add(link.id()));
    addReason(candidate.id(), reason);
  }

  /** Returns the bytes of all that is governed and kept, if the candidate were kept too. */
  private long sizeWith(Candidate<T> candidate) {
    return chains.of(candidate).stream()
        .filter(link -> link.isGoverned() && !kept.contains(link.id()))
        .mapToLong(Candidate::size)
        .reduce(governedSize, LongMath::saturatedAdd);
  }

  /** Says of each base which kept one builds on it: the newest of these. */
  private void addNeeds() {
    Map<String, String> needs = new LinkedHashMap<>();
    for (Candidate<T> candidate : newestFirst) {
      if (kept.contains(candidate.id()) && candidate.parent() != null) {
        needs.putIfAbsent(candidate.parent(), candidate.id());
      }
    }
    needs.forEach((base, dependent) -> addReason(base, "needed by " + dependent));
  }

  private void addReason(String id, String reason) {
    reasons.computeIfAbsent(id, none -> new ArrayList<>()).add(reason);
  }

  private List<Kept<T>> keptItems() {
    return newestFirst.stream()
        .filter(candidate -> kept.contains(candidate.id()))
        .map(c -> new Kept<>(c.subject(), reasons.getOrDefault(c.id(), List.of())))
        .toList();
  }

  private List<Removed<T>> removedItems() {
    return chains.dependentsFirst(newestFirst).stream()
        .filter(candidate -> !kept.contains(candidate.id()))
        .map(candidate -> new Removed<>(candidate.subject(), reasonToRemove(candidate)))
        .toList();
  }

  private String reasonToRemove(Candidate<T> candidate) {
    if (candidate.regime() == Regime.SAFETY) {
      return Rules.SAFETY_REMOVED;
    }
    return selected.contains(candidate.id())
        ? rules.reasonOfLimits(candidate.time(), now)
        : rules.reasonOfCount();
  }

  private List<T> futureDated() {
    Duration past = RetentionPlan.FUTURE_TOLERANCE.negated();
    return newestFirst.stream()
        .filter(candidate -> Duration.between(candidate.dated(), now).compareTo(past) < 0)
        .map(Candidate::subject)
        .toList();
  }

  private Optional<Candidate<T>> newest(
      List<Candidate<T>> group, Predicate<Candidate<T>> condition) {
    return group.stream().filter(condition).findFirst();
  }
}
