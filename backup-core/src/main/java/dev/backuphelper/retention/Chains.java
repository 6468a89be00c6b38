package dev.backuphelper.retention;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who builds on whom. Manifests may come from anywhere, so a base may be missing, be newer than
 * what builds on it, or build on it in turn; none of that may lead to a loss or to an endless walk.
 */
final class Chains<T> {
  private final Map<String, Candidate<T>> byId = new HashMap<>();

  /**
   * Takes all that there is.
   *
   * @throws IllegalArgumentException if two candidates share an id
   */
  Chains(Collection<Candidate<T>> candidates) {
    for (Candidate<T> candidate : candidates) {
      if (byId.put(candidate.id(), candidate) != null) {
        throw new IllegalArgumentException("given twice: " + candidate.id());
      }
    }
  }

  /** Returns the candidate itself and then its bases, each once, as far as they exist. */
  List<Candidate<T>> of(Candidate<T> candidate) {
    List<Candidate<T>> chain = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Candidate<T> link = candidate; link != null && seen.add(link.id()); link = base(link)) {
      chain.add(link);
    }
    return chain;
  }

  /** Tells whether everything is there and nothing of it is known to be bad. */
  boolean isRestorable(Candidate<T> candidate) {
    List<Candidate<T>> chain = of(candidate);
    return chain.get(chain.size() - 1).parent() == null
        && chain.stream().allMatch(link -> link.condition().isSound());
  }

  /** Returns an order of removal: newest first, but a base after all that build on it. */
  List<Candidate<T>> dependentsFirst(List<Candidate<T>> newestFirst) {
    Map<String, Candidate<T>> basesFirst = new LinkedHashMap<>();
    for (Candidate<T> candidate : reversed(newestFirst)) {
      reversed(of(candidate)).forEach(link -> basesFirst.putIfAbsent(link.id(), link));
    }
    return reversed(basesFirst.values());
  }

  private @Nullable Candidate<T> base(Candidate<T> candidate) {
    return candidate.parent() == null ? null : byId.get(candidate.parent());
  }

  private static <E> List<E> reversed(Collection<E> list) {
    List<E> reversed = new ArrayList<>(list);
    Collections.reverse(reversed);
    return reversed;
  }
}
