package dev.backuphelper.retention;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * The examples of {@code docs/retention.md}: what is left after some years of backups. The page has
 * the figures that are counted here.
 */
class RetentionExamplesTest {
  private static final Instant BEGIN = Instant.parse("2023-06-01T00:00:00Z");
  private static final Instant END = Instant.parse("2025-06-30T12:00:00Z");

  private static final RetentionPolicy NIGHTLY =
      RetentionPolicy.builder().keepDaily(30).keepWeekly(12).keepMonthly(12).build();

  private static final RetentionPolicy BY_TYPE =
      RetentionPolicy.firstOf(
          RetentionPolicy.builder()
              .types(Set.of(BackupType.FULL))
              .keepDaily(7)
              .keepWeekly(4)
              .keepMonthly(12)
              .build(),
          RetentionPolicy.builder()
              .types(Set.of(BackupType.INCREMENTAL, BackupType.DIFFERENTIAL))
              .keepHourly(24)
              .keepDaily(7)
              .build());

  @Test
  void nightlyBackups_30Daily12Weekly12Monthly() throws IOException {
    List<Backup> made = made(Duration.ofDays(1), Sample::at);

    List<Backup> left = cleanedDaily(NIGHTLY, made);

    assertThat(days(left, BackupType.FULL))
        .hasSize(47)
        .contains("2025-06-30", "2025-06-01") // daily
        .contains("2025-05-25", "2025-04-20") // weekly: Sundays
        .contains("2025-05-31", "2024-07-31") // monthly
        .doesNotContain("2025-05-30", "2025-04-13", "2024-06-30");
    assertThat(page()).contains(row("a full each night", made, left));
  }

  @Test
  void fullEachDayAndAnIncrementalEachHour() throws IOException {
    Sample[] previous = new Sample[1];
    List<Backup> made =
        made(
            Duration.ofHours(1),
            time -> {
              Sample sample = Sample.at(time);
              previous[0] = isMidnight(time) ? sample : sample.on(previous[0]);
              return previous[0];
            });

    List<Backup> left = cleanedDaily(BY_TYPE, made);

    assertThat(counts(left)).isEqualTo(Map.of(BackupType.FULL, 20L, BackupType.INCREMENTAL, 150L));
    assertThat(days(left, BackupType.FULL))
        .contains("2025-06-24", "2025-06-22", "2025-06-15", "2025-05-31", "2024-07-31");
    assertThat(days(left, BackupType.INCREMENTAL)).hasSize(7).contains("2025-06-24");
    assertThat(page()).contains(row("a full each night, an incremental each hour", made, left));
  }

  @Test
  void fullEachDayAndADifferentialEachHour() throws IOException {
    Sample[] full = new Sample[1];
    List<Backup> made =
        made(
            Duration.ofHours(1),
            time -> {
              Sample sample = Sample.at(time);
              if (isMidnight(time)) {
                full[0] = sample;
                return sample;
              }
              return sample.on(full[0]).asDifferential();
            });

    List<Backup> left = cleanedDaily(BY_TYPE, made);

    assertThat(counts(left)).isEqualTo(Map.of(BackupType.FULL, 20L, BackupType.DIFFERENTIAL, 29L));
    assertThat(page()).contains(row("a full each night, a differential each hour", made, left));
  }

  @Test
  void page_saysTheStandardPolicyInWords() throws IOException {
    assertThat(page()).contains("`" + RetentionPolicy.standard() + "`");
  }

  private static boolean isMidnight(Instant time) {
    return time.toString().contains("T00:");
  }

  private static List<Backup> made(Duration step, Function<Instant, Sample> maker) {
    List<Backup> made = new ArrayList<>();
    for (Instant time = BEGIN; !time.isAfter(END); time = time.plus(step)) {
      made.add(maker.apply(time).backup());
    }
    return made;
  }

  /** Cleans each day as a schedule would, and tells that cleaning once comes to the same. */
  private static List<Backup> cleanedDaily(RetentionPolicy policy, List<Backup> made) {
    List<Backup> left = new ArrayList<>();
    Instant next = BEGIN;
    for (Backup backup : made) {
      left.add(backup);
      Instant now = backup.id().instant();
      if (!now.isBefore(next)) {
        left = kept(policy, left, now);
        next = now.plus(Duration.ofDays(1));
      }
    }
    left = kept(policy, left, END);
    assertThat(left).containsExactlyElementsOf(kept(policy, made, END));
    return left;
  }

  private static List<Backup> kept(RetentionPolicy policy, List<Backup> backups, Instant now) {
    List<Backup> kept = new ArrayList<>();
    policy.plan(backups, Set.of(), now).kept().forEach(keep -> kept.add(keep.item()));
    return kept;
  }

  private static Map<BackupType, Long> counts(List<Backup> backups) {
    return backups.stream().collect(groupingBy(Backup::type, TreeMap::new, counting()));
  }

  private static Set<String> days(List<Backup> backups, BackupType type) {
    Set<String> days = new TreeSet<>();
    backups.stream()
        .filter(backup -> backup.type() == type)
        .forEach(backup -> days.add(backup.id().instant().toString().substring(0, 10)));
    return days;
  }

  private static String row(String title, List<Backup> made, List<Backup> left) {
    Map<BackupType, Long> counts = counts(left);
    return "| %s | %d | %d | %d |"
        .formatted(
            title,
            made.size(),
            counts.getOrDefault(BackupType.FULL, 0L),
            left.size() - counts.getOrDefault(BackupType.FULL, 0L));
  }

  private static String page() throws IOException {
    return Files.readString(Path.of("..", "docs", "retention.md"));
  }
}
