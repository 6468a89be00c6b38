package dev.backuphelper.cli;

import dev.backuphelper.report.CleanReport;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a removal did, for programs and for people. Stateless. */
final class RemovalView {
  private RemovalView() {}

  /** Sets the values of a removal. */
  static void put(Result result, CleanReport report) {
    values(report).forEach(result::put);
    result.bytes(report.freedBytes());
  }

  /** Sets the values of a removal that did not take place. */
  static void putNothing(Result result, boolean dryRun) {
    put(result, CleanReport.nothing(dryRun));
  }

  /** Returns the values of a removal. */
  static Map<String, Object> values(CleanReport report) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("dry_run", report.dryRun());
    values.put("removed", report.removed().stream().map(RemovalView::values).toList());
    values.put("kept", report.kept().stream().map(RemovalView::values).toList());
    values.put("freed_bytes", report.freedBytes());
    values.put("errors", report.errors());
    values.put("unproven", report.unproven());
    return values;
  }

  private static Map<String, Object> values(CleanReport.Removed removed) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("id", removed.id());
    values.put("reason", removed.reason());
    values.put("size", removed.size());
    return values;
  }

  private static Map<String, Object> values(CleanReport.Kept kept) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("id", kept.id());
    values.put("reasons", kept.reasons());
    return values;
  }

  /** Says what stays and what went. */
  static void describe(CleanReport report, Result result) {
    for (CleanReport.Kept kept : report.kept()) {
      result.say("keep    " + kept.id() + "  " + String.join(", ", kept.reasons()));
    }
    for (CleanReport.Removed removed : report.removed()) {
      result.say(line(removed));
      result.sayEssence(removed.id());
    }
    result.say(summary(report));
  }

  /** Returns what goes, and why. */
  static String line(CleanReport.Removed removed) {
    return "remove  " + removed.id() + "  " + removed.reason() + ", " + Format.size(removed.size());
  }

  /** Returns a removal in one sentence. */
  static String summary(CleanReport report) {
    if (report.removed().isEmpty()) {
      return report.dryRun() ? "dry run: nothing would be removed" : "nothing to remove";
    }
    return String.format(
        report.dryRun() ? "dry run: %d would be removed, %s freed" : "%d removed, %s freed",
        report.removed().size(),
        Format.size(report.freedBytes()));
  }

  /** Sets what is wrong with a removal that could not remove everything, or with what is left. */
  static void judge(CleanReport report, Result result) {
    judge(report, report.removed().isEmpty() ? ExitCodes.FAILED : ExitCodes.PARTLY, result);
  }

  /** Does the same with another exit code for what could not be removed. */
  static void judge(CleanReport report, int notRemoved, Result result) {
    if (!report.errors().isEmpty()) {
      result.fail(
          Failure.finding(
              "NOT_REMOVED",
              notRemoved,
              "not everything was removed: " + String.join("; ", report.errors()),
              "Mend that and run the command again; what is left is found then."));
    } else if (!report.unproven().isEmpty()) {
      result.fail(
          Failure.finding(
              "NO_GOOD_BACKUP",
              ExitCodes.PARTLY,
              "no good backup is left: " + String.join("; ", report.unproven()),
              "Make a new backup now; 'backup verify' says what is wrong with those there are."));
    }
  }
}
