package dev.backuphelper.cli;

import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.source.TargetState;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a restore did, for programs and for people.
 *
 * @param safetyDirectory where its safety backup is
 * @param result takes it
 */
record RestoreView(Path safetyDirectory, Result result) {

  /** Sets the values of a restore that did not get far. */
  static void putNothing(Result result, boolean dryRun) {
    result.put("id", null);
    result.put("outcome", RestoreOutcome.UNCHANGED.key());
    result.put("restored", List.of());
    putSafetyBackup(result, Optional.empty());
    result.put("verified", false);
    result.put("dry_run", dryRun);
  }

  /** Shows a restore that went through. */
  void show(RestoreReport restored) {
    put(restored);
    for (RestoreReport.Restored part : restored.restored()) {
      result.sayEssence(part.target().toString());
      describe(restored, part);
    }
    if (restored.dryRun()) {
      result.say("nothing was changed");
    } else {
      describe(restored);
      failOnFindings(restored);
    }
  }

  /** Says which backup it is about, whatever becomes of it. */
  void of(BackupId id) {
    result.put("id", id.value());
  }

  /** Shows a restore that failed after it had begun to write. */
  void show(RestoreFailedException failure) {
    result.put("outcome", failure.outcome().key());
    putSafetyBackup(result, failure.safetyBackup());
    Failure reported = Failure.of(failure);
    String hint =
        Stream.of(failure.hint(), failure.safetyBackup().map(this::undo))
            .flatMap(Optional::stream)
            .collect(Collectors.joining(" "));
    result.fail(
        new Failure(
            reported.code(),
            reported.exit(),
            reported.message() + "; " + words(failure.outcome()),
            hint.isEmpty() ? null : hint,
            failure));
  }

  private void put(RestoreReport restored) {
    result.put("id", restored.id().map(BackupId::value).orElse(null));
    result.put("outcome", restored.outcome().key());
    result.put("restored", restored.restored().stream().map(RestoreView::values).toList());
    putSafetyBackup(result, restored.safetyBackup());
    result.put("verified", restored.verified());
    result.put("dry_run", restored.dryRun());
    result.put("from", restored.from());
    result.put("contended", restored.contended());
    result.bytes(restored.bytes());
  }

  private static void putSafetyBackup(Result result, Optional<BackupId> safetyBackup) {
    result.put("safety_backup_id", safetyBackup.map(BackupId::value).orElse(null));
  }

  private static Map<String, @Nullable Object> values(RestoreReport.Restored part) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("name", part.name().value());
    values.put("target", part.target().toString());
    values.put("before", part.before().key());
    values.put("kept_aside", part.kept().stream().map(Path::toString).toList());
    return values;
  }

  private void describe(RestoreReport restored, RestoreReport.Restored part) {
    String verb = restored.dryRun() ? "dry run: would restore " : "restored ";
    result.say(verb + restored.from() + ": " + part.name() + " to " + part.target());
    if (restored.dryRun() && part.before() == TargetState.UNREADABLE) {
      result.say(
          "  what is there is in a format that SQLite does not know, or damaged beyond reading;"
              + " it would be moved aside, to "
              + part.target()
              + ".broken-ID");
    }
    if (!part.kept().isEmpty()) {
      result.say(
          (part.before() == TargetState.MISSING
                  ? "  a log or journal lay there without its database"
                  : "  what was there is in a format that SQLite does not know, or damaged beyond"
                      + " reading")
              + "; it is kept as "
              + part.kept().stream().map(Path::toString).collect(Collectors.joining(", ")));
    }
  }

  private void describe(RestoreReport restored) {
    result.say(
        String.format(
            "%s, %s in %s",
            restored.verified() ? "verified" : "not verified",
            Format.size(restored.bytes()),
            Format.duration(restored.duration())));
    result.say(
        restored
            .safetyBackup()
            .map(this::undo)
            .orElse("there is no safety backup: there was no database, or none was wanted"));
  }

  private String undo(BackupId safety) {
    return String.format(
        "The state before is safety backup %s; undo with: backup restore %s --force --dir %s",
        safety, safety, Format.shellWord(Format.absolute(safetyDirectory)));
  }

  private static String words(RestoreOutcome outcome) {
    return switch (outcome) {
      case RESTORED -> "outcome: restored";
      case UNCHANGED -> "outcome: unchanged, nothing was written";
      case ROLLED_BACK -> "outcome: rolled back, every database holds what it held before";
      case UNKNOWN -> "outcome: unknown, a recovery resolves it";
    };
  }

  private void failOnFindings(RestoreReport restored) {
    if (restored.contended()) {
      result.fail(contended());
    } else if (!restored.verified() && !restored.warnings().isEmpty()) {
      result.fail(
          Failure.finding(
              "UNVERIFIED",
              ExitCodes.PARTLY,
              "restored unverified, with findings: " + String.join("; ", restored.warnings()),
              "Check the database before you rely on it."));
    }
  }

  /** Returns the finding that somebody else went on writing. */
  static Failure contended() {
    return Failure.finding(
        "CONTENDED",
        ExitCodes.PARTLY,
        "somebody else went on writing while it was restored: the content is sound, but not"
            + " exactly the backup's",
        "Stop those who write, and restore again.");
  }
}
