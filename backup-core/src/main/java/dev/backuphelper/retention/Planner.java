package dev.backuphelper.retention;

import static java.util.Objects.requireNonNull;

import dev.backuphelper.retention.Candidate.Condition;
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
 *   <li>Of each part of the policy, what its rules select, newest first, up to the first that is
 *       too old or does not fit. As everything older goes too, the limits remove the oldest first.
 *   <li>What is dated in the future.
 * </ol>
 *
 * <p>Only the age limits and the third step look at the clock, each keeps less as time goes by, and
 * neither what is selected nor the room that a size limit gives depends on them. So what is removed
 * now would still be removed later, and planning again what was left removes nothing more.
 */
final class Planner<T> {
  private final String scope;
  private final Instant now;
  private final List<Candidate<T>> newestFirst;
  private final Chains<T> chains;
  private final Map<String, List<String>> selected = new HashMap<>();
  private final Set<String> kept = new HashSet<>();
  private final Map<String, List<String>> reasons = new HashMap<>();

  /**
   * Prepares a plan.
   *
   * @param scope what a group is called in a reason
   */
  Planner(String scope, Collection<Candidate<T>> candidates, Instant now) {
    this.scope = scope;
    this.now = now;
    this.newestFirst = candidates.stream().sorted(Candidate.NEWEST_FIRST).toList();
    this.chains = new Chains<>(newestFirst);
  }

  RetentionPlan<T> plan() {
    keepProtected();
    List<Candidate<T>> stayAnyway = newestFirst.stream().filter(this::isKept).toList();
    governed()
        .forEach(
            (part, candidates) -> {
              select(part, candidates);
              keepSelected(candidates, part, new Room(part, stayAnyway));
            });
    keepFuture();
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
      keepIf(candidate.part() == null, candidate, "not governed by this policy");
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

  private Map<Part, List<Candidate<T>>> governed() {
    Map<Part, List<Candidate<T>>> governed = new LinkedHashMap<>();
    for (Candidate<T> candidate : newestFirst) {
      Part part = candidate.part();
      if (part != null) {
        governed.computeIfAbsent(part, none -> new ArrayList<>()).add(candidate);
      }
    }
    return governed;
  }

  /** Finds what the rules would keep of each group, and which of them. */
  private void select(Part part, List<Candidate<T>> governed) {
    Map<String, Selection> groups = new HashMap<>();
    for (Candidate<T> candidate : governed) {
      List<String> rules =
          groups
              .computeIfAbsent(candidate.group(), none -> new Selection(part))
              .reasonsToKeep(candidate, flaw(candidate));
      if (!rules.isEmpty()) {
        selected.put(candidate.id(), rules);
      }
    }
  }

  private void keepSelected(List<Candidate<T>> governed, Part part, Room room) {
    for (Candidate<T> candidate : governed) {
      List<String> rules = selected.getOrDefault(candidate.id(), List.of());
      if (!rules.isEmpty()) {
        if (part.rules().isTooOld(candidate.time(), now)
            || part.rules().isTooLarge(room.take(chains.of(candidate)))) {
          return;
        }
        rules.forEach(rule -> keep(candidate, rule));
      }
    }
  }

  /** Returns why a candidate would not restore; empty if it would. */
  private String flaw(Candidate<T> candidate) {
    if (chains.isRestorable(candidate)) {
      return "";
    }
    return switch (candidate.condition()) {
      case DAMAGED -> "damaged";
      case FAILED -> "not found good";
      case VERIFIED, UNVERIFIED -> "a base is missing or bad";
    };
  }

  private void keepFuture() {
    for (Candidate<T> candidate : newestFirst) {
      keepIf(candidate.dated().isAfter(now), candidate, "dated in the future");
    }
  }

  private void keepIf(boolean condition, Candidate<T> candidate, String reason) {
    if (condition) {
      keep(candidate, reason);
    }
  }

  private void keep(Candidate<T> candidate, String reason) {
    chains.of(candidate).forEach(link -> kept.add(link.id()));
    addReason(candidate.id(), reason);
  }

  private boolean isKept(Candidate<T> candidate) {
    return kept.contains(candidate.id());
  }

  /** Says of each base which kept one builds on it: the newest of these. */
  private void addNeeds() {
    Map<String, String> needs = new LinkedHashMap<>();
    for (Candidate<T> candidate : newestFirst) {
      if (isKept(candidate) && candidate.parent() != null) {
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
        .filter(this::isKept)
        .map(c -> new Kept<>(c.subject(), reasons.getOrDefault(c.id(), List.of())))
        .toList();
  }

  private List<Removed<T>> removedItems() {
    return chains.dependentsFirst(newestFirst).stream()
        .filter(candidate -> !isKept(candidate))
        .map(candidate -> new Removed<>(candidate.subject(), reasonToRemove(candidate)))
        .toList();
  }

  private String reasonToRemove(Candidate<T> candidate) {
    Part part = requireNonNull(candidate.part(), "what no part governs stays");
    return selected.containsKey(candidate.id())
        ? part.reasonToRemove(candidate.time(), now)
        : part.rules().reasonNotKept();
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
