package dev.backuphelper.retention;

import com.google.common.math.LongMath;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The bytes that one part of a policy takes. Reckoned are what stays whatever the rules, and what
 * the part itself keeps with the bases of it that the part governs. What other parts need does not
 * count: it would change with the clock, and something could fit later that is removed now.
 */
final class Room {
  private final Part part;
  private final Set<String> reckoned = new HashSet<>();
  private long total;

  Room(Part part, Collection<? extends Candidate<?>> stayAnyway) {
    this.part = part;
    take(List.copyOf(stayAnyway));
  }

  /** Takes a candidate and its bases; returns the bytes of all that was taken. */
  long take(List<? extends Candidate<?>> chain) {
    for (Candidate<?> link : chain) {
      if (part.equals(link.part()) && reckoned.add(link.id())) {
        total = LongMath.saturatedAdd(total, link.size());
      }
    }
    return total;
  }
}
