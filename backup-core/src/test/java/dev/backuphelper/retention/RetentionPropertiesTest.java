package dev.backuphelper.retention;

import static dev.backuphelper.retention.Sample.NOW;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.retention.RetentionPlan.Kept;
import dev.backuphelper.retention.RetentionPlan.Removed;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * What holds of every plan. The histories include bases that are missing, newer, or in a circle.
 */
class RetentionPropertiesTest {
  private static final int TRIES = 300;
  private static final List<String> GROUPS = List.of("a", "b", "c");

  @Property(tries = TRIES)
  void everything_isPlannedOnceWithAReason(
      @ForAll("history") List<Backup> history, @ForAll("policy") RetentionPolicy policy) {
    RetentionPlan<Backup> plan = policy.plan(history, Set.of(), NOW);

    List<BackupId> planned = new ArrayList<>(keptIds(plan));
    planned.addAll(removedIds(plan));
    assertThat(planned).containsExactlyInAnyOrderElementsOf(ids(history));
    assertThat(plan.kept()).allSatisfy(kept -> assertThat(kept.reasons()).isNotEmpty());
    assertThat(keptIds(plan)).isSortedAccordingTo(Collections.reverseOrder());
  }

  @Property(tries = TRIES)
  void newestVerifiedOfAGroup_isNeverRemoved(
      @ForAll("history") List<Backup> history, @ForAll("policy") RetentionPolicy policy) {
    List<BackupId> kept = keptIds(policy.plan(history, Set.of(), NOW));

    for (List<Backup> group : groups(history).values()) {
      newest(group.stream().filter(Backup::verified)).forEach(b -> assertThat(kept).contains(b));
    }
  }

  @Property(tries = TRIES)
  void groupWithARestorableBackup_keepsOne_aVerifiedOneIfThereIsOne(
      @ForAll("history") List<Backup> history, @ForAll("policy") RetentionPolicy policy) {
    List<BackupId> kept = keptIds(policy.plan(history, Set.of(), NOW));

    for (List<Backup> group : groups(history).values()) {
      List<Backup> good = group.stream().filter(b -> restorable(b, history)).toList();
      List<Backup> proved = good.stream().filter(Backup::verified).toList();
      List<Backup> wanted = proved.isEmpty() ? good.isEmpty() ? group : good : proved;
      assertThat(kept).containsAnyElementsOf(ids(wanted));
    }
  }

  @Property(tries = TRIES)
  void baseOfAKeptBackup_isNeverRemoved(
      @ForAll("history") List<Backup> history, @ForAll("policy") RetentionPolicy policy) {
    RetentionPlan<Backup> plan = policy.plan(history, Set.of(), NOW);

    List<BackupId> removed = removedIds(plan);
    for (Kept<Backup> kept : plan.kept()) {
      assertThat(ids(chain(kept.item(), history))).noneMatch(removed::contains);
    }
  }

  @Property(tries = TRIES)
  void pinnedNamedAndFuture_areNeverRemoved(
      @ForAll("history") List<Backup> history,
      @ForAll("policy") RetentionPolicy policy,
      @ForAll("days") Set<Integer> named) {
    Set<BackupId> namedIds = new LinkedHashSet<>(named.stream().map(this::id).toList());

    List<BackupId> removed = removedIds(policy.plan(history, namedIds, NOW));

    assertThat(history.stream().filter(b -> mayNotGo(b, namedIds)))
        .allSatisfy(b -> assertThat(ids(chain(b, history))).noneMatch(removed::contains));
  }

  @Property(tries = TRIES)
  void whatIsRemovedNow_wouldBeRemovedLaterToo(
      @ForAll("history") List<Backup> history,
      @ForAll("policy") RetentionPolicy policy,
      @ForAll @IntRange(min = 0, max = 60 * 24) int hours) {
    Instant later = NOW.plus(Duration.ofHours(hours));

    assertThat(removedIds(policy.plan(history, Set.of(), later)))
        .containsAll(removedIds(policy.plan(history, Set.of(), NOW)));
  }

  @Property(tries = TRIES)
  void samePlan_comesOfTheSameBackupsInAnyOrder(
      @ForAll("history") List<Backup> history, @ForAll("policy") RetentionPolicy policy) {
    List<Backup> reversed = new ArrayList<>(history);
    Collections.reverse(reversed);

    assertThat(policy.plan(reversed, Set.of(), NOW)).isEqualTo(policy.plan(history, Set.of(), NOW));
  }

  @Property(tries = TRIES)
  void planningWhatIsLeft_removesNothingMore(
      @ForAll("history") List<Backup> history, @ForAll("policy") RetentionPolicy policy) {
    List<Backup> left =
        policy.plan(history, Set.of(), NOW).kept().stream().map(Kept::item).toList();

    assertThat(policy.plan(left, Set.of(), NOW).removed()).isEmpty();
  }

  @Property(tries = TRIES)
  void removalInterruptedAnywhere_leavesNoBackupWithoutItsBase(
      @ForAll("history") List<Backup> history, @ForAll("policy") RetentionPolicy policy) {
    List<Backup> left = new ArrayList<>(history);
    List<Backup> whole = history.stream().filter(b -> restorable(b, history)).toList();

    for (var removed : policy.plan(history, Set.of(), NOW).removed()) {
      left.remove(removed.item());
      assertThat(left.stream().filter(whole::contains)).allMatch(b -> restorable(b, left));
    }
  }

  @Property(tries = TRIES)
  void keepLast_keepsSoManyRestorableBackupsOfEachGroup(
      @ForAll("history") List<Backup> history, @ForAll @IntRange(min = 1, max = 5) int count) {
    List<BackupId> kept = keptIds(RetentionPolicy.keepLast(count).plan(history, Set.of(), NOW));

    for (List<Backup> group : groups(history).values()) {
      List<Backup> good =
          group.stream()
              .filter(b -> b.kind() != BackupKind.SAFETY && restorable(b, history))
              .toList();
      assertThat(ids(good).stream().filter(kept::contains).count())
          .isGreaterThanOrEqualTo(Math.min(count, good.size()));
    }
  }

  @Property(tries = TRIES)
  void calendarRule_keepsTheNewestRestorableOfEachOfSoManyPeriods(
      @ForAll("history") List<Backup> history,
      @ForAll Interval interval,
      @ForAll @IntRange(min = 1, max = 5) int count) {
    RetentionPolicy.Builder builder = RetentionPolicy.builder();
    keep(builder, interval, count);

    List<BackupId> kept = keptIds(builder.build().plan(history, Set.of(), NOW));

    for (List<Backup> group : groups(history).values()) {
      Map<String, BackupId> newest = new LinkedHashMap<>();
      group.stream()
          .filter(b -> b.kind() != BackupKind.SAFETY && restorable(b, history))
          .map(Backup::id)
          .sorted(Collections.reverseOrder())
          .forEach(id -> newest.putIfAbsent(period(id, interval), id));
      assertThat(kept).containsAll(newest.values().stream().limit(count).toList());
    }
  }

  @Property(tries = TRIES)
  void rulesThatKeep_keepTogetherWhatEachKeeps(
      @ForAll("history") List<Backup> history, @ForAll("keepRules") KeepRules rules) {
    Set<BackupId> union = new HashSet<>();
    for (KeepRules rule : rules.singly()) {
      union.addAll(keptIds(rule.builder().build().plan(history, Set.of(), NOW)));
    }

    assertThat(keptIds(rules.builder().build().plan(history, Set.of(), NOW)))
        .containsExactlyInAnyOrderElementsOf(union);
  }

  /** So it does not matter how often it is cleaned. */
  @Property(tries = TRIES)
  void cleaningAfterEachBackup_leavesWhatCleaningOnceLeaves(
      @ForAll("fullBackups") List<Backup> history, @ForAll("keepRules") KeepRules rules) {
    RetentionPolicy policy = rules.builder().build();
    List<Backup> oldestFirst = new ArrayList<>(history);
    oldestFirst.sort(Comparator.comparing(Backup::id));

    List<Backup> left = new ArrayList<>();
    for (Backup backup : oldestFirst) {
      left.add(backup);
      left.removeAll(
          policy.plan(left, Set.of(), NOW).removed().stream().map(Removed::item).toList());
    }

    assertThat(ids(left))
        .containsExactlyInAnyOrderElementsOf(keptIds(policy.plan(history, Set.of(), NOW)));
  }

  @Property(tries = TRIES)
  void policyOfOne_isThatPolicy(
      @ForAll("history") List<Backup> history, @ForAll("policy") RetentionPolicy policy) {
    RetentionPolicy twice = RetentionPolicy.firstOf(policy, policy);

    assertThat(twice.plan(history, Set.of(), NOW)).isEqualTo(policy.plan(history, Set.of(), NOW));
  }

  @Property(tries = TRIES)
  void maxTotalSize_isKeptTo_unlessWhatMayNotBeRemovedIsLarger(
      @ForAll("pastHistory") List<Backup> history, @ForAll @IntRange(min = 1, max = 60) int limit) {
    RetentionPlan<Backup> plan =
        RetentionPolicy.builder().maxTotalSize(limit).build().plan(history, Set.of(), NOW);

    long total = plan.kept().stream().mapToLong(kept -> kept.item().size()).sum();
    if (total > limit) {
      assertThat(plan.kept())
          .allSatisfy(kept -> assertThat(kept.reasons()).noneMatch(r -> r.startsWith("within")));
    }
  }

  @Property(tries = TRIES)
  void files_keepTheNewestVerifiedAndSoManyVerifiedOnes(
      @ForAll @Size(max = 20) List<@IntRange(min = 0, max = 9) Integer> ages,
      @ForAll @IntRange(min = 1, max = 5) int count) {
    List<FileItem> files = new ArrayList<>();
    for (int age : ages) {
      Instant time = NOW.minus(Duration.ofDays(age));
      files.add(new FileItem("file" + files.size(), time, 1, age % 3 != 0));
    }

    RetentionPlan<FileItem> plan = RetentionPolicy.keepLast(count).planFiles(files, NOW);

    long good = files.stream().filter(FileItem::verified).count();
    assertThat(plan.kept().stream().filter(kept -> kept.item().verified()))
        .hasSize((int) Math.min(count, good));
  }

  @Provide
  Arbitrary<List<Backup>> history() {
    return histories(ages(-2), Arbitraries.of(BackupKind.class));
  }

  @Provide
  Arbitrary<List<Backup>> fullBackups() {
    return ages(0)
        .set()
        .ofMaxSize(40)
        .map(ages -> ages.stream().map(age -> Sample.at(NOW.minus(age)).backup()).toList());
  }

  /** Without the backups that only the clock protects: the limit does not reckon with them. */
  @Provide
  Arbitrary<List<Backup>> pastHistory() {
    return histories(
        ages(0), Arbitraries.of(BackupKind.MANUAL, BackupKind.SCHEDULED, BackupKind.ARCHIVE));
  }

  @Provide
  Arbitrary<Set<Integer>> days() {
    return Arbitraries.integers().between(-2, 40).set().ofMaxSize(4);
  }

  /** One to three policies that are put together, each with some rules for some backups. */
  @Provide
  Arbitrary<RetentionPolicy> policy() {
    return partOfAPolicy()
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(
            parts ->
                RetentionPolicy.firstOf(
                    parts.get(0), parts.subList(1, parts.size()).toArray(RetentionPolicy[]::new)));
  }

  private static Arbitrary<RetentionPolicy> partOfAPolicy() {
    Arbitrary<Duration> age = ages(0).filter(duration -> !duration.isZero()).injectNull(0.5);
    Arbitrary<Long> size = Arbitraries.longs().between(1, 60).injectNull(0.5);
    Arbitrary<Set<BackupKind>> kinds =
        Arbitraries.of(BackupKind.class).set().ofMinSize(1).injectNull(0.7);
    Arbitrary<Set<BackupType>> types =
        Arbitraries.of(BackupType.class).set().ofMinSize(1).injectNull(0.6);
    Arbitrary<Set<GroupId>> groups =
        Arbitraries.of(GROUPS)
            .map(name -> Sample.daysOld(1).inGroup(name).backup().group())
            .set()
            .ofMinSize(1)
            .injectNull(0.8);
    return Combinators.combine(someKeepRules(), age, size, kinds, types, groups)
        .filter((keep, a, s, k, t, g) -> !keep.isEmpty() || a != null || s != null)
        .as(RetentionPropertiesTest::policyOf);
  }

  private static RetentionPolicy policyOf(
      KeepRules keepRules,
      Duration age,
      Long size,
      Set<BackupKind> kinds,
      Set<BackupType> types,
      Set<GroupId> groups) {
    RetentionPolicy.Builder builder = keepRules.builder();
    give(age, builder::maxAge);
    give(size, builder::maxTotalSize);
    give(kinds, builder::kinds);
    give(types, builder::types);
    give(groups, builder::groups);
    return builder.build();
  }

  private static <V> void give(V value, Consumer<V> setting) {
    if (value != null) {
      setting.accept(value);
    }
  }

  /** At least one rule that keeps. */
  @Provide
  Arbitrary<KeepRules> keepRules() {
    return someKeepRules().filter(rules -> !rules.isEmpty());
  }

  private static Arbitrary<KeepRules> someKeepRules() {
    Arbitrary<Map<Interval, Integer>> counts =
        Arbitraries.maps(Arbitraries.of(Interval.class), Arbitraries.integers().between(1, 5))
            .ofMaxSize(4);
    Arbitrary<Duration> within = ages(0).filter(age -> !age.isZero()).injectNull(0.6);
    Arbitrary<ZoneId> zones =
        Arbitraries.of("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia")
            .map(ZoneId::of);
    return Combinators.combine(counts, within, zones).as(KeepRules::new);
  }

  /** The rules of a policy that keep, and the calendar that they go by. */
  private record KeepRules(Map<Interval, Integer> counts, Duration within, ZoneId zone) {
    boolean isEmpty() {
      return counts.isEmpty() && within == null;
    }

    RetentionPolicy.Builder builder() {
      RetentionPolicy.Builder builder = RetentionPolicy.builder().zone(zone);
      counts.forEach((interval, count) -> keep(builder, interval, count));
      give(within, builder::keepWithin);
      return builder;
    }

    List<KeepRules> singly() {
      List<KeepRules> rules = new ArrayList<>();
      counts.forEach(
          (interval, count) -> rules.add(new KeepRules(Map.of(interval, count), null, zone)));
      give(within, time -> rules.add(new KeepRules(Map.of(), time, zone)));
      return rules;
    }
  }

  private static void keep(RetentionPolicy.Builder builder, Interval interval, int count) {
    switch (interval) {
      case BACKUP -> builder.keepLast(count);
      case HOUR -> builder.keepHourly(count);
      case DAY -> builder.keepDaily(count);
      case WEEK -> builder.keepWeekly(count);
      case MONTH -> builder.keepMonthly(count);
      case YEAR -> builder.keepYearly(count);
    }
  }

  /** The last hours and days, each, and some times that are further back. */
  private static Arbitrary<Duration> ages(int fromDays) {
    List<Duration> ages = new ArrayList<>();
    for (int hours = 1; hours < 24; hours++) {
      ages.add(Duration.ofHours(hours));
      ages.add(Duration.ofMinutes(hours * 20L + 1));
    }
    for (int days = fromDays; days <= 40; days++) {
      ages.add(Duration.ofDays(days));
    }
    for (int days : new int[] {50, 61, 92, 150, 181, 300, 400, 800}) {
      ages.add(Duration.ofDays(days));
    }
    return Arbitraries.of(ages);
  }

  private static Arbitrary<List<Backup>> histories(
      Arbitrary<Duration> ages, Arbitrary<BackupKind> kinds) {
    return Combinators.combine(
            ages,
            Arbitraries.of(GROUPS),
            kinds,
            ages.injectNull(0.5),
            Arbitraries.longs().between(0, 12),
            Arbitraries.frequency(Tuple.of(1, true), Tuple.of(6, false)),
            Arbitraries.of(true, true, false).injectNull(0.4),
            Arbitraries.frequency(Tuple.of(1, true), Tuple.of(9, false)))
        .as(Sample::new)
        .map(s -> s.parentAge() != null && s.size() % 3 == 0 ? s.asDifferential() : s)
        .list()
        .ofMaxSize(24)
        .uniqueElements(Sample::age)
        .map(samples -> samples.stream().map(Sample::backup).toList());
  }

  private static String period(BackupId id, Interval interval) {
    String pattern =
        switch (interval) {
          case BACKUP -> "uuuu-DDD A";
          case HOUR -> "uuuu-DDD HH";
          case DAY -> "uuuu-DDD";
          case WEEK -> "YYYY 'week' ww";
          case MONTH -> "uuuu-MM";
          case YEAR -> "uuuu";
        };
    // Weeks of Britain are those of ISO 8601.
    return DateTimeFormatter.ofPattern(pattern, Locale.UK)
        .withZone(ZoneOffset.UTC)
        .format(id.instant());
  }

  private BackupId id(int daysOld) {
    return Sample.daysOld(daysOld).id();
  }

  private static List<BackupId> keptIds(RetentionPlan<Backup> plan) {
    return plan.kept().stream().map(kept -> kept.item().id()).toList();
  }

  private static List<BackupId> removedIds(RetentionPlan<Backup> plan) {
    return plan.removed().stream().map(gone -> gone.item().id()).toList();
  }

  private static List<BackupId> ids(List<Backup> backups) {
    return backups.stream().map(Backup::id).toList();
  }

  private static Map<GroupId, List<Backup>> groups(List<Backup> history) {
    return history.stream().collect(groupingBy(Backup::group));
  }

  private static Stream<BackupId> newest(Stream<Backup> backups) {
    return backups.map(Backup::id).sorted(Collections.reverseOrder()).limit(1);
  }

  private static boolean mayNotGo(Backup backup, Set<BackupId> named) {
    return backup.pinned() || named.contains(backup.id()) || backup.id().instant().isAfter(NOW);
  }

  private static List<Backup> chain(Backup backup, List<Backup> history) {
    Map<BackupId, Backup> byId = history.stream().collect(toMap(Backup::id, Function.identity()));
    Set<Backup> chain = new LinkedHashSet<>();
    Backup link = backup;
    while (link != null && chain.add(link)) {
      link = link.parent().map(byId::get).orElse(null);
    }
    return List.copyOf(chain);
  }

  private static boolean restorable(Backup backup, List<Backup> history) {
    List<Backup> chain = chain(backup, history);
    boolean whole = chain.get(chain.size() - 1).parent().isEmpty();
    return whole
        && chain.stream().noneMatch(Backup::damaged)
        && chain.stream().allMatch(b -> b.verification().map(v -> v.good()).orElse(true));
  }
}
