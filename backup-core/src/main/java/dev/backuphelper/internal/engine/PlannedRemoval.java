package dev.backuphelper.internal.engine;

import dev.backuphelper.report.CleanReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Removes what a rehearsal found. What cannot be removed is told, and does not stop the rest. */
final class PlannedRemoval {
  private PlannedRemoval() {}

  /** Removes one thing. */
  @FunctionalInterface
  interface Remover {
    /** Removes it, and returns the bytes freed. */
    long remove(CleanReport.Removed planned) throws IOException;
  }

  /** Removes all that {@code rehearsed} names, in its order. */
  static CleanReport carryOut(CleanReport rehearsed, Remover remover, Events events) {
    List<CleanReport.Removed> removed = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    long freed = 0;
    for (CleanReport.Removed planned : rehearsed.removed()) {
      try {
        long bytes = remover.remove(planned);
        freed += bytes;
        removed.add(new CleanReport.Removed(planned.id(), planned.reason(), bytes));
        events.step("removed", planned.id());
      } catch (IOException failure) {
        errors.add(planned.id() + ": " + Failures.reason(failure));
      }
    }
    return new CleanReport(false, removed, rehearsed.kept(), freed, errors, rehearsed.unproven());
  }
}
