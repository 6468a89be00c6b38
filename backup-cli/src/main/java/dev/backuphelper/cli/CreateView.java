package dev.backuphelper.cli;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckStatus;
import dev.backuphelper.model.Component;
import dev.backuphelper.report.CreatePreview;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a create did, for programs and for people.
 *
 * @param directory the store's folder
 * @param result takes it
 */
record CreateView(String directory, Result result) {

  /** Sets the values of a create that did not get far. */
  static void putNothing(Result result, BackupKind kind, boolean compressed, boolean dryRun) {
    result.put("id", null);
    result.put("kind", kind.key());
    result.put("type", BackupType.FULL.key());
    result.put("parent", null);
    result.put("files", List.of());
    result.put("total_size", 0L);
    result.put("compressed", compressed);
    result.put("dry_run", dryRun);
  }

  /** Shows a backup that was made. */
  void show(Backup backup) {
    put(backup);
    result.sayEssence(backup.id().value());
    result.say(
        String.format(
            "created %s: %s, %s, %s, in %s",
            backup.id(),
            Format.count(backup.components().size(), "file"),
            BackupView.size(backup),
            backup.damaged() ? "damaged" : goodChecks(backup),
            Format.duration(Duration.ofMillis(backup.manifest().durationMillis()))));
    backup.parent().ifPresent(parent -> result.say("  what changed since " + parent));
    for (Component component : backup.components()) {
      result.say("  " + component.source() + " -> " + Path.of(directory, component.file()));
    }
    result.say(
        String.format(
            "restore it with: backup restore %s --dir %s",
            backup.id(), Format.shellWord(directory)));
    if (backup.damaged()) {
      result.fail(damaged(backup));
    }
  }

  /** Shows a backup that would be made. */
  void show(CreatePreview preview, @Nullable Integer keep) {
    put(preview);
    result.say(
        String.format(
            "dry run: would back up %s to %s",
            Format.count(preview.components().size(), "database"), directory));
    for (CreatePreview.Component component : preview.components()) {
      result.sayEssence(component.source().toString());
      result.say("  " + component.source() + "  " + Format.size(component.size()));
    }
    result.say(
        String.format(
            "it needs %s, and %s are free",
            Format.size(preview.neededBytes()), Format.size(preview.usableBytes())));
    if (keep != null) {
      result.say("then the newest " + keep + " would be kept, as 'clean --keep-last' does");
    }
  }

  private void put(Backup backup) {
    result.put("id", backup.id().value());
    result.put("kind", backup.kind().key());
    result.put("type", backup.type().key());
    result.put("parent", backup.parent().map(BackupId::value).orElse(null));
    result.put("files", backup.components().stream().map(CreateView::values).toList());
    result.put("total_size", backup.size());
    result.put("compressed", backup.manifest().compression() != null);
    result.put("encrypted", backup.manifest().encrypted());
    result.put("damaged", backup.damaged());
    result.put("pinned", backup.pinned());
    result.put("verified", BackupView.verified(backup));
    result.bytes(BackupView.originalSize(backup));
  }

  private void put(CreatePreview preview) {
    result.put("files", preview.components().stream().map(CreateView::values).toList());
    result.put(
        "total_size", preview.components().stream().mapToLong(CreatePreview.Component::size).sum());
    result.put("needed_bytes", preview.neededBytes());
    result.put("usable_bytes", preview.usableBytes());
  }

  private static Map<String, Object> values(Component component) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("name", component.file());
    values.put("size", component.size());
    values.put("sha256", component.sha256());
    values.put("original_size", component.originalSize());
    values.put("component", component.name().value());
    values.put("source", component.source());
    values.put("checks", BackupView.values(component.checks()));
    return values;
  }

  private static Map<String, @Nullable Object> values(CreatePreview.Component component) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("name", component.name().value());
    values.put("size", component.size());
    values.put("sha256", null);
    values.put("component", component.name().value());
    values.put("source", component.source().toString());
    return values;
  }

  private static String goodChecks(Backup backup) {
    String names =
        backup.components().stream()
            .flatMap(component -> component.checks().stream())
            .filter(check -> check.status() == CheckStatus.OK)
            .map(Check::name)
            .distinct()
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "not verified" : "verified (" + names + ")";
  }

  private static Failure damaged(Backup backup) {
    return Failure.finding(
        "DAMAGED_SOURCE",
        ExitCodes.PARTLY,
        "a database fails its own checks and was backed up as damaged: " + findings(backup),
        "Restore the newest verified backup ('backup list' shows it), or repair the database; a"
            + " damaged backup never counts as verified, and no old backup was removed.");
  }

  private static String findings(Backup backup) {
    return backup.components().stream()
        .flatMap(
            component ->
                component.checks().stream()
                    .filter(Check::isFailed)
                    .map(check -> component.source() + ": " + check.name() + ": " + check.detail()))
        .collect(Collectors.joining("; "));
  }
}
