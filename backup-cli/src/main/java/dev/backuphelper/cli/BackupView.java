package dev.backuphelper.cli;

import dev.backuphelper.catalog.ManifestCodec;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Verification;
import dev.backuphelper.report.Listing;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Backups for programs and for people. Stateless. */
final class BackupView {
  private BackupView() {}

  /** Returns the manifest's values, and what is known now. */
  static Map<String, @Nullable Object> values(Backup backup) {
    return values(backup, false);
  }

  private static Map<String, @Nullable Object> values(Backup backup, boolean broken) {
    Map<String, @Nullable Object> values =
        new LinkedHashMap<>(ManifestCodec.toMap(backup.manifest()));
    // Nobody can read it here.
    values.remove("encrypted_section");
    values.put("pinned", backup.pinned());
    values.put("verified", broken ? null : verified(backup));
    values.put("last_check", backup.verification().map(BackupView::lastCheck).orElse(null));
    return values;
  }

  /** Returns level and time of the last good examination; null when it was not good. */
  static @Nullable Map<String, Object> verified(Backup backup) {
    if (!backup.verified()) {
      return null;
    }
    Verification verification = backup.verification().orElseThrow();
    return Map.of("level", verification.level().key(), "at", verification.at().toString());
  }

  private static Map<String, Object> lastCheck(Verification verification) {
    return Map.of(
        "level", verification.level().key(),
        "at", verification.at().toString(),
        "result", verification.good() ? "good" : "bad");
  }

  /** Returns a list's values. */
  static void put(Result result, Listing listing) {
    Set<BackupId> broken = listing.broken();
    result.putLater(
        "backups",
        () ->
            listing.backups().stream()
                .map(backup -> values(backup, broken.contains(backup.id())))
                .toList());
    result.put(
        "unreadable",
        listing.unreadable().stream()
            .map(document -> Map.of("file", document.file(), "reason", document.reason()))
            .toList());
  }

  /** Returns a table of backups. */
  static List<String> table(Listing listing) {
    List<Backup> backups = listing.backups();
    Set<BackupId> broken = listing.broken();
    Set<String> ambiguous = ambiguousNames(backups);
    Table table = new Table("ID", "KIND", "TYPE", "SIZE", "VERIFIED", "PINNED", "SOURCES");
    for (Backup backup : backups) {
      table.row(
          backup.id().value(),
          kind(backup),
          type(backup),
          Format.size(backup.size()),
          broken.contains(backup.id()) ? "BROKEN" : state(backup),
          backup.pinned() ? "pinned" : "-",
          sources(backup, ambiguous));
    }
    return table.lines();
  }

  /** Returns the names under which databases of different places were backed up. */
  private static Set<String> ambiguousNames(List<Backup> backups) {
    Map<String, String> places = new HashMap<>();
    Set<String> ambiguous = new HashSet<>();
    for (Backup backup : backups) {
      for (Component component : backup.components()) {
        String name = component.name().value();
        String known = places.putIfAbsent(name, component.source());
        if (known != null && !known.equals(component.source())) {
          ambiguous.add(name);
        }
      }
    }
    return ambiguous;
  }

  /** Returns what is known of its soundness, in a word. */
  static String state(Backup backup) {
    if (backup.damaged()) {
      return "damaged";
    }
    return backup
        .verification()
        .map(verification -> verification.good() ? verification.level().key() : "BAD")
        .orElse("no");
  }

  /** Returns the size of its images. */
  static long originalSize(Backup backup) {
    return backup.components().stream().mapToLong(Component::originalSize).sum();
  }

  /** Returns its stored size in words, and what compression saved. */
  static String size(Backup backup) {
    String codec = backup.manifest().compression();
    long original = originalSize(backup);
    if (codec == null || original == 0) {
      return Format.size(backup.size());
    }
    long saved = Math.max(0, 100 * (original - backup.size()) / original);
    return String.format(
        "%s (%s saved %d %% of %s)",
        Format.size(backup.size()), codec, saved, Format.size(original));
  }

  /** Returns the names of its sources, or their paths where the names do not tell them apart. */
  private static String sources(Backup backup, Set<String> ambiguous) {
    return backup.components().stream()
        .map(
            component ->
                ambiguous.contains(component.name().value())
                    ? component.source()
                    : component.name().value())
        .collect(Collectors.joining(", "));
  }

  /** Returns the checks' values. */
  static List<Map<String, Object>> values(List<Check> checks) {
    return checks.stream().map(ManifestCodec::toMap).toList();
  }

  private static String type(Backup backup) {
    return backup.type().key() + backup.parent().map(parent -> " of " + parent).orElse("");
  }

  private static String kind(Backup backup) {
    String operation = backup.manifest().operation();
    return backup.kind().key() + (operation == null ? "" : " (" + operation + ")");
  }
}
