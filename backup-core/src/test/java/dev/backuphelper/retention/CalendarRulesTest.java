package dev.backuphelper.retention;

import static dev.backuphelper.retention.Sample.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.Manifest;
import dev.backuphelper.retention.RetentionPlan.Kept;
import dev.backuphelper.retention.RetentionPlan.Removed;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Hours, days, weeks, months and years. Each file is called after its time. */
class CalendarRulesTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @Test
  void keepHourly_keepsTheNewestOfEachHourThatHasOne() {
    assertThat(
            kept(
                builder().keepHourly(3),
                "2025-06-30T10:59:59.999Z",
                "2025-06-30T10:00:00Z",
                "2025-06-30T09:59:59Z",
                "2025-06-28T09:10:00Z",
                "2025-06-28T08:00:00Z"))
        .containsExactly(
            "2025-06-30T10:59:59.999Z", "2025-06-30T09:59:59Z", "2025-06-28T09:10:00Z");
  }

  @Test
  void keepDaily_keepsTheNewestOfEachDayThatHasOne() {
    assertThat(
            kept(
                builder().keepDaily(2),
                "2025-06-30T01:00:00Z",
                "2025-06-30T00:00:00Z",
                "2025-06-27T23:59:59Z",
                "2025-06-26T12:00:00Z"))
        .containsExactly("2025-06-30T01:00:00Z", "2025-06-27T23:59:59Z");
  }

  @Test
  void keepWeekly_weeksBeginOnMonday_alsoAtTheTurnOfTheYear() {
    assertThat(
            kept(
                builder().keepWeekly(3),
                "2025-01-06T00:00:00Z",
                "2025-01-05T23:59:59Z",
                "2024-12-30T00:00:00Z",
                "2024-12-29T23:59:59Z",
                "2024-12-22T10:00:00Z"))
        .containsExactly("2025-01-06T00:00:00Z", "2025-01-05T23:59:59Z", "2024-12-29T23:59:59Z");
  }

  @Test
  void keepMonthly_tellsTheMonthsOfYearsApart() {
    assertThat(
            kept(
                builder().keepMonthly(3),
                "2025-06-29T00:00:00Z",
                "2025-06-01T00:00:00Z",
                "2024-07-31T00:00:00Z",
                "2024-06-30T23:59:59Z",
                "2024-06-01T00:00:00Z"))
        .containsExactly("2025-06-29T00:00:00Z", "2024-07-31T00:00:00Z", "2024-06-30T23:59:59Z");
  }

  @Test
  void keepYearly_keepsTheNewestOfEachYear() {
    assertThat(
            kept(
                builder().keepYearly(9),
                "2025-01-01T00:00:00Z",
                "2024-12-31T23:59:59Z",
                "2024-12-30T00:00:00Z",
                "2019-02-03T00:00:00Z"))
        .containsExactly("2025-01-01T00:00:00Z", "2024-12-31T23:59:59Z", "2019-02-03T00:00:00Z");
  }

  @Test
  void zone_tellsWhereADayBegins() {
    String[] files = {"2025-06-29T22:30:00Z", "2025-06-29T21:30:00Z"};

    assertThat(kept(builder().keepDaily(9), files)).containsExactly(files[0]);
    assertThat(kept(builder().keepDaily(9).zone(BERLIN), files)).containsExactly(files);
  }

  @Test
  void hourThatAClockShowsTwice_isTwo() {
    String summer = "2024-10-27T00:30:00Z";
    String winter = "2024-10-27T01:30:00Z";

    assertThat(kept(builder().keepHourly(9).zone(BERLIN), winter, summer))
        .containsExactly(winter, summer);
  }

  @Test
  void dayOf25Hours_isOne_andSoIsOneOf23() {
    String[] longDay = {"2024-10-27T22:59:00Z", "2024-10-26T22:00:00Z"};
    String[] shortDay = {"2025-03-30T21:59:00Z", "2025-03-29T23:00:00Z"};

    assertThat(kept(builder().keepDaily(9).zone(BERLIN), longDay)).containsExactly(longDay[0]);
    assertThat(kept(builder().keepDaily(9).zone(BERLIN), shortDay)).containsExactly(shortDay[0]);
  }

  @Test
  void whatWouldNotRestore_staysWhereItWouldBeKept_andFillsNoBucket() {
    List<FileItem> files =
        List.of(
            file("2025-06-30T11:00:00Z", false),
            file("2025-06-30T10:00:00Z", true),
            file("2025-06-30T09:00:00Z", false),
            file("2025-06-29T11:00:00Z", false),
            file("2025-06-28T11:00:00Z", true),
            file("2025-06-28T10:00:00Z", false),
            file("2025-06-27T10:00:00Z", true));

    RetentionPlan<FileItem> plan = builder().keepDaily(2).build().planFiles(files, NOW);

    String uncounted = "among the last 2 daily (not counted: not found good)";
    assertThat(plan.kept())
        .containsExactly(
            new Kept<>(files.get(0), List.of(uncounted)),
            new Kept<>(
                files.get(1), List.of("newest verified of the folder", "among the last 2 daily")),
            new Kept<>(files.get(3), List.of(uncounted)),
            new Kept<>(files.get(4), List.of("among the last 2 daily")));
    assertThat(plan.removed())
        .extracting(Removed::item)
        .containsExactly(files.get(2), files.get(5), files.get(6));
  }

  @Test
  void whatAtLeastOneRuleKeeps_stays_andTheRulesAreNamed() {
    RetentionPlan<FileItem> plan =
        plan(
            builder().keepLast(2).keepDaily(2).keepMonthly(2).keepWithin(Duration.ofHours(3)),
            "2025-06-30T11:00:00Z",
            "2025-06-30T10:00:00Z",
            "2025-06-30T08:00:00Z",
            "2025-06-30T07:00:00Z",
            "2025-06-29T23:00:00Z",
            "2025-05-03T00:00:00Z");

    assertThat(plan.kept())
        .extracting(Kept::reasons)
        .containsExactly(
            List.of(
                "newest verified of the folder",
                "among the last 2",
                "among the last 2 daily",
                "among the last 2 monthly",
                "within 3 hours of the newest"),
            List.of("among the last 2", "within 3 hours of the newest"),
            List.of("within 3 hours of the newest"),
            List.of("among the last 2 daily"),
            List.of("among the last 2 monthly"));
    assertThat(plan.removed())
        .extracting(gone -> gone.item().name(), Removed::reason)
        .containsExactly(
            tuple(
                "2025-06-30T07:00:00Z",
                "not among the last 2, among the last 2 daily, among the last 2 monthly or within 3"
                    + " hours of the newest"));
  }

  @Test
  void limits_removeFromWhatTheCalendarKeeps_oldestFirst() {
    RetentionPlan<FileItem> plan =
        plan(
            builder().keepMonthly(4).maxAge(Duration.ofDays(100)).maxTotalSize(2),
            "2025-06-30T00:00:00Z",
            "2025-05-30T00:00:00Z",
            "2025-04-30T00:00:00Z",
            "2025-04-29T00:00:00Z",
            "2025-03-02T00:00:00Z");

    assertThat(plan.kept()).hasSize(2);
    assertThat(plan.removed())
        .extracting(Removed::reason)
        .containsExactly(
            "beyond the total size of 2 bytes",
            "not among the last 4 monthly",
            "older than 100 days");
  }

  @Test
  void keepWithin_isReckonedFromTheNewestThatWouldRestore_whateverTheClockSays() {
    List<FileItem> files =
        List.of(
            file("2024-06-30T11:00:00Z", false),
            file("2024-06-29T11:00:00Z", true),
            file("2024-06-28T11:00:00Z", true),
            file("2024-06-28T10:59:59Z", true));

    RetentionPlan<FileItem> plan =
        builder().keepWithin(Duration.ofDays(1)).build().planFiles(files, NOW);

    assertThat(plan.removed())
        .containsExactly(new Removed<>(files.get(3), "not within 1 day of the newest"));
  }

  @Test
  void keepWithin_whereNothingWouldRestore_keepsEverything() {
    List<FileItem> files =
        List.of(file("2024-06-30T11:00:00Z", false), file("2020-06-29T11:00:00Z", false));

    RetentionPlan<FileItem> plan =
        builder().keepWithin(Duration.ofDays(1)).build().planFiles(files, NOW);

    assertThat(plan.removed()).isEmpty();
  }

  @Test
  void timesThatNoCalendarReaches_arePlannedAllTheSame() {
    RetentionPolicy policy = builder().keepHourly(1).keepYearly(1).zone(BERLIN).build();
    List<FileItem> files = new ArrayList<>();
    for (Instant time :
        List.of(Instant.MAX, FileTime.fromMillis(Long.MAX_VALUE).toInstant(), NOW, Instant.MIN)) {
      files.add(new FileItem(time.toString(), time, 1, true));
    }

    RetentionPlan<FileItem> plan = policy.planFiles(files, NOW);

    assertThat(plan.futureDated()).hasSize(2);
    assertThat(plan.removed())
        .extracting(Removed::item)
        .containsExactly(files.get(2), files.get(3));
  }

  /** After a clock was ahead, all ids follow that of then, in steps of a millisecond. */
  @Test
  void dateOfTheManifest_tellsTheDay_whereTheIdsRanAhead() {
    List<Backup> backups =
        List.of(
            dated("2024-07-02T12:00:00Z", "2025-06-01T00:00:00.002Z"),
            dated("2024-07-01T12:00:00Z", "2025-06-01T00:00:00.001Z"),
            dated("2024-07-01T11:00:00Z", "2025-06-01T00:00:00Z"));

    RetentionPlan<Backup> plan = builder().keepDaily(9).build().plan(backups, Set.of(), NOW);

    assertThat(plan.removed())
        .containsExactly(new Removed<>(backups.get(2), "not among the last 9 daily"));
  }

  private static Backup dated(String date, String id) {
    Backup backup = Sample.at(Instant.parse(id)).backup();
    Manifest made = backup.manifest();
    Manifest dated =
        new Manifest(
            made.id(),
            Instant.parse(date),
            made.kind(),
            made.type(),
            made.parent(),
            made.group(),
            made.operation(),
            made.description(),
            made.tags(),
            made.origin(),
            made.compression(),
            made.encryption(),
            made.damaged(),
            made.durationMillis(),
            made.components());
    return new Backup(dated, backup.pinned(), backup.verification());
  }

  @Test
  void ofPoliciesThatWerePutTogether_theFirstGovernsFiles() {
    RetentionPolicy policy =
        RetentionPolicy.firstOf(
            builder().kinds(Set.of(BackupKind.SAFETY)).keepDaily(1).build(),
            RetentionPolicy.keepLast(9));

    assertThat(
            policy
                .planFiles(
                    List.of(file("2025-06-30T11:00:00Z", true), file("2025-06-30T10:00:00Z", true)),
                    NOW)
                .removed())
        .extracting(Removed::reason)
        .containsExactly("not among the last 1 daily");
  }

  private static RetentionPolicy.Builder builder() {
    return RetentionPolicy.builder();
  }

  private static RetentionPlan<FileItem> plan(RetentionPolicy.Builder policy, String... times) {
    return policy
        .build()
        .planFiles(Arrays.stream(times).map(time -> file(time, true)).toList(), NOW);
  }

  private static List<String> kept(RetentionPolicy.Builder policy, String... times) {
    return plan(policy, times).kept().stream().map(kept -> kept.item().name()).toList();
  }

  private static FileItem file(String time, boolean verified) {
    return new FileItem(time, Instant.parse(time), 1, verified);
  }
}
