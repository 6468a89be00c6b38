package dev.backuphelper.migration.liquibase;

import static java.util.Collections.disjoint;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import liquibase.Scope;
import org.jspecify.annotations.Nullable;

/**
 * The guarded updates of each thread, so that an update inside of one is not guarded a second time,
 * and one whose end was never told is noticed.
 */
final class ActiveUpdates {
  private static final ThreadLocal<Deque<Active>> OPEN = ThreadLocal.withInitial(ArrayDeque::new);

  private ActiveUpdates() {}

  /**
   * An update that is guarded.
   *
   * @param databases what is guarded
   * @param scope Liquibase's scope that began it; null if its end is sure to be told
   * @param abandon leaves it to a recovery
   */
  record Active(Collection<Path> databases, @Nullable Scope scope, Runnable abandon) {}

  /** Notes that an update begins. */
  static void begin(Active update) {
    OPEN.get().push(update);
  }

  /** Notes that an update has ended. */
  static void end(Active update) {
    Deque<Active> open = OPEN.get();
    open.remove(update);
    if (open.isEmpty()) {
      OPEN.remove();
    }
  }

  /** Tells whether this thread is in a guarded update of one of these databases. */
  static boolean cover(Collection<Path> databases) {
    return OPEN.get().stream().anyMatch(update -> !disjoint(update.databases(), databases));
  }

  /**
   * Leaves the updates of this thread whose command is over, although its end was not told, to a
   * recovery: an {@link Error} went through it.
   */
  static void abandonEnded() {
    Iterator<Active> updates = OPEN.get().iterator();
    while (updates.hasNext()) {
      Active update = updates.next();
      if (update.scope() != null && !isInside(update.scope())) {
        updates.remove();
        update.abandon().run();
      }
    }
  }

  private static boolean isInside(Scope outer) {
    for (@Nullable Scope scope = Scope.getCurrentScope();
        scope != null;
        scope = scope.getParent()) {
      if (scope == outer) {
        return true;
      }
    }
    return false;
  }
}
