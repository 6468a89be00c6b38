package dev.backuphelper.cli;

import dev.backuphelper.report.CleanReport;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A removal that somebody agrees to after seeing it. What was shown is exactly what goes: if what
 * would go has changed by then, it is shown and asked anew. Used by one thread.
 */
final class AgreedRemoval {
  private final Session session;
  private final Function<Predicate<CleanReport>, CleanReport> removal;

  /**
   * Creates a removal.
   *
   * @param removal removes if the predicate agrees to what would go, or else reports a dry run
   */
  AgreedRemoval(Session session, Function<Predicate<CleanReport>, CleanReport> removal) {
    this.session = session;
    this.removal = removal;
  }

  /** Removes what {@code preview} would, once it was agreed to. */
  CleanReport after(CleanReport preview) {
    CleanReport shown = preview;
    while (true) {
      ask(shown);
      List<String> agreed = ids(shown);
      CleanReport report = removal.apply(rehearsed -> ids(rehearsed).equals(agreed));
      if (!report.dryRun()) {
        return report;
      }
      session.show("what would be removed has changed meanwhile");
      shown = report;
    }
  }

  private void ask(CleanReport preview) {
    if (!preview.removed().isEmpty()) {
      preview.removed().forEach(removed -> session.show(RemovalView.line(removed)));
      session.confirmRemoval("remove " + preview.removed().size() + " of these?");
    }
  }

  private static List<String> ids(CleanReport report) {
    return report.removed().stream().map(CleanReport.Removed::id).sorted().toList();
  }
}
