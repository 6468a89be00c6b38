package dev.backuphelper.retention;

import static dev.backuphelper.retention.Sample.NOW;
import static dev.backuphelper.retention.Sample.daysOld;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.retention.RetentionPlan.Kept;
import dev.backuphelper.retention.RetentionPlan.Removed;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

class RetentionPolicyTest {
  private static final String NEWEST_VERIFIED = "newest verified of its database group";

  @Test
  void keepLast_keepsTheNewestAndRemovesTheRest() {
    RetentionPlan<Backup> plan =
        plan(RetentionPolicy.keepLast(2), daysOld(4), daysOld(1), daysOld(3), daysOld(2));

    assertThat(keptOf(plan))
        .containsExactly(
            kept(daysOld(1), NEWEST_VERIFIED, "among the last 2"),
            kept(daysOld(2), "among the last 2"));
    assertThat(removedOf(plan))
        .containsExactly(
            removed(daysOld(3), "not among the last 2"),
            removed(daysOld(4), "not among the last 2"));
    assertThat(plan.futureDated()).isEmpty();
  }

  @Test
  void keepLast_countsEachGroupForItself() {
    Sample other = daysOld(90).inGroup("b");

    RetentionPlan<Backup> plan = plan(RetentionPolicy.keepLast(1), daysOld(1), daysOld(2), other);

    assertThat(removedIds(plan)).containsExactly(daysOld(2).id());
    assertThat(reasonsToKeep(plan, other)).containsExactly(NEWEST_VERIFIED, "among the last 1");
  }

  @Test
  void keepLast_countsTheGovernedKindsTogether() {
    RetentionPlan<Backup> plan =
        plan(
            RetentionPolicy.keepLast(2),
            daysOld(1).ofKind(BackupKind.MANUAL),
            daysOld(2).ofKind(BackupKind.ARCHIVE),
            daysOld(3).ofKind(BackupKind.SCHEDULED));

    assertThat(removedIds(plan)).containsExactly(daysOld(3).id());
  }

  @Test
  void keepLast_doesNotCountWhatWouldNotRestore() {
    Sample orphan = daysOld(4).on(daysOld(100));

    RetentionPlan<Backup> plan =
        plan(
            RetentionPolicy.keepLast(2),
            daysOld(1),
            daysOld(2).asDamaged(),
            daysOld(3).foundBad(),
            orphan,
            daysOld(5).neverExamined(),
            daysOld(6).asDamaged(),
            daysOld(7));

    assertThat(reasonsToKeep(plan, daysOld(2)))
        .containsExactly("among the last 2 (not counted: damaged)");
    assertThat(reasonsToKeep(plan, daysOld(3)))
        .containsExactly("among the last 2 (not counted: not found good)");
    assertThat(reasonsToKeep(plan, orphan))
        .containsExactly("among the last 2 (not counted: a base is missing or bad)");
    assertThat(reasonsToKeep(plan, daysOld(5))).containsExactly("among the last 2");
    assertThat(removedIds(plan)).containsExactly(daysOld(6).id(), daysOld(7).id());
  }

  @Test
  void keepLast_keepsTheBasesOfWhatItKeeps() {
    Sample full = daysOld(9);
    Sample first = daysOld(8).on(full);
    Sample second = daysOld(7).on(first);
    Sample third = daysOld(6).on(second);

    RetentionPlan<Backup> plan =
        plan(RetentionPolicy.keepLast(1), full, first, second, third, daysOld(10));

    assertThat(keptOf(plan))
        .containsExactly(
            kept(third, NEWEST_VERIFIED, "among the last 1"),
            kept(second, "needed by " + third.id()),
            kept(first, "needed by " + second.id()),
            kept(full, "needed by " + first.id()));
    assertThat(removedIds(plan)).containsExactly(daysOld(10).id());
  }

  @Test
  void base_namesTheNewestOfThoseThatNeedIt() {
    Sample full = daysOld(3);

    RetentionPlan<Backup> plan =
        plan(RetentionPolicy.keepLast(9), full, daysOld(2).on(full), daysOld(1).on(full));

    assertThat(reasonsToKeep(plan, full))
        .containsExactly("among the last 9", "needed by " + daysOld(1).id());
  }

  @Test
  void removed_comesBeforeItsBases_evenIfTheseAreNewer() {
    Sample newerBase = daysOld(3);
    Sample middle = daysOld(4);
    Sample dependent = daysOld(5).on(newerBase);

    RetentionPlan<Backup> plan =
        plan(RetentionPolicy.keepLast(1), daysOld(1), newerBase, middle, dependent);

    assertThat(removedIds(plan)).containsExactly(middle.id(), dependent.id(), newerBase.id());
  }

  @Test
  void chainThatGoesRoundInACircle_isNotRestorableAndIsPlannedAllTheSame() {
    Sample older = daysOld(3).on(daysOld(2));
    Sample newer = daysOld(2).on(daysOld(3));

    RetentionPlan<Backup> plan = plan(RetentionPolicy.keepLast(1), daysOld(1), older, newer);

    assertThat(removedIds(plan)).containsExactlyInAnyOrder(older.id(), newer.id());
  }

  @Test
  void maxAge_removesWhatIsOlder() {
    RetentionPolicy policy = RetentionPolicy.builder().maxAge(Duration.ofDays(30)).build();

    RetentionPlan<Backup> plan = plan(policy, daysOld(1), daysOld(30), daysOld(31));

    assertThat(reasonsToKeep(plan, daysOld(30))).containsExactly("not older than 30 days");
    assertThat(removedOf(plan)).containsExactly(removed(daysOld(31), "older than 30 days"));
  }

  @Test
  void maxAge_acceptsAnAgeFromBeforeTheBeginningOfTime() {
    RetentionPolicy policy =
        RetentionPolicy.builder().maxAge(Duration.ofSeconds(Long.MAX_VALUE)).build();

    assertThat(plan(policy, daysOld(1), daysOld(30_000)).removed()).isEmpty();
  }

  @Test
  void limits_removeFromWhatTheCountKeeps() {
    RetentionPolicy policy =
        RetentionPolicy.builder().keepLast(3).maxAge(Duration.ofDays(2)).build();

    RetentionPlan<Backup> plan = plan(policy, daysOld(1), daysOld(2), daysOld(3), daysOld(4));

    assertThat(removedOf(plan))
        .containsExactly(
            removed(daysOld(3), "older than 2 days"), removed(daysOld(4), "not among the last 3"));
  }

  @Test
  void maxTotalSize_removesTheOldestOfAllGroupsUntilTheRestFits() {
    RetentionPolicy policy = RetentionPolicy.builder().maxTotalSize(5L << 30).build();

    RetentionPlan<Backup> plan =
        plan(
            policy,
            daysOld(1).ofSize(2L << 30),
            daysOld(2).ofSize(2L << 30).inGroup("b"),
            daysOld(3).ofSize(2L << 30),
            daysOld(4).ofSize(1L << 30).inGroup("b"));

    assertThat(reasonsToKeep(plan, daysOld(1)))
        .containsExactly(NEWEST_VERIFIED, "within the total size of 5 GiB");
    assertThat(plan.removed())
        .extracting(Removed::reason)
        .containsExactly("beyond the total size of 5 GiB", "beyond the total size of 5 GiB");
  }

  @Test
  void maxTotalSize_countsWhatStaysWhateverTheRules() {
    RetentionPolicy policy = RetentionPolicy.builder().maxTotalSize(10).build();

    RetentionPlan<Backup> plan =
        plan(
            policy,
            daysOld(1).ofSize(3),
            daysOld(2).ofSize(3),
            daysOld(3).ofSize(3),
            daysOld(9).ofSize(5).asPinned());

    assertThat(removedIds(plan)).containsExactly(daysOld(2).id(), daysOld(3).id());
  }

  @Test
  void maxTotalSize_doesNotCountWhatThePolicyDoesNotGovern() {
    RetentionPolicy policy = RetentionPolicy.builder().maxTotalSize(2).build();
    Sample safety = daysOld(1).ofKind(BackupKind.SAFETY).ofSize(99).asPinned();

    assertThat(plan(policy, safety, daysOld(2), daysOld(3)).removed()).isEmpty();
  }

  @Test
  void maxTotalSize_removesAChainOnlyWhole() {
    RetentionPolicy policy = RetentionPolicy.builder().maxTotalSize(5).build();
    Sample full = daysOld(5).ofSize(4);
    Sample delta = daysOld(4).on(full);

    assertThat(removedOf(plan(policy, daysOld(1), delta, full)))
        .containsExactly(
            removed(delta, "beyond the total size of 5 bytes"),
            removed(full, "beyond the total size of 5 bytes"));
  }

  @Test
  void newestVerified_staysWhateverTheRules() {
    RetentionPolicy policy =
        RetentionPolicy.builder().keepLast(1).maxAge(Duration.ofDays(1)).maxTotalSize(1).build();

    RetentionPlan<Backup> plan =
        plan(
            policy,
            daysOld(80).neverExamined().ofSize(9),
            daysOld(90).ofSize(9),
            daysOld(91).ofSize(9));

    assertThat(keptOf(plan)).containsExactly(kept(daysOld(90), NEWEST_VERIFIED));
    assertThat(removedIds(plan)).containsExactly(daysOld(80).id(), daysOld(91).id());
  }

  @Test
  void newestVerified_ofASafetyBackup_staysBeyondItsAge() {
    Sample safety = daysOld(20).ofKind(BackupKind.SAFETY);

    RetentionPlan<Backup> plan =
        plan(RetentionPolicy.keepLast(1), safety, daysOld(30).foundBad(), daysOld(40));

    assertThat(reasonsToKeep(plan, safety)).containsExactly(NEWEST_VERIFIED);
  }

  @Test
  void newestVerified_withoutItsBase_keepsTheNewestThatWouldRestoreToo() {
    RetentionPolicy policy = RetentionPolicy.builder().maxAge(Duration.ofDays(1)).build();
    Sample broken = daysOld(10).on(daysOld(100));

    RetentionPlan<Backup> plan =
        plan(policy, broken, daysOld(20).neverExamined(), daysOld(30), daysOld(40));

    assertThat(keptOf(plan))
        .containsExactly(
            kept(broken, NEWEST_VERIFIED),
            kept(daysOld(30), "newest restorable of its database group"));
  }

  @Test
  void groupWithoutAVerifiedBackup_keepsTheNewestThatWouldRestore() {
    RetentionPolicy policy = RetentionPolicy.builder().maxAge(Duration.ofDays(1)).build();

    RetentionPlan<Backup> plan =
        plan(
            policy,
            daysOld(10).asDamaged(),
            daysOld(20).foundBad(),
            daysOld(30).neverExamined(),
            daysOld(40).neverExamined());

    assertThat(keptOf(plan))
        .containsExactly(kept(daysOld(30), "newest restorable of its database group"));
  }

  @Test
  void groupWithoutARestorableBackup_keepsTheNewestUndamaged() {
    RetentionPolicy policy = RetentionPolicy.builder().maxAge(Duration.ofDays(1)).build();

    assertThat(keptOf(plan(policy, daysOld(10).asDamaged(), daysOld(20).foundBad())))
        .containsExactly(kept(daysOld(20), "the best there is of its database group"));
  }

  @Test
  void groupWithDamagedBackupsOnly_keepsTheNewest() {
    RetentionPolicy policy = RetentionPolicy.builder().maxAge(Duration.ofDays(1)).build();

    assertThat(keptOf(plan(policy, daysOld(10).asDamaged(), daysOld(20).asDamaged())))
        .containsExactly(kept(daysOld(10), "the best there is of its database group"));
  }

  @Test
  void pinned_staysWithItsChain() {
    Sample pinned = daysOld(8).on(daysOld(9)).asPinned();

    RetentionPlan<Backup> plan =
        plan(RetentionPolicy.keepLast(1), daysOld(1), daysOld(2), pinned, daysOld(9));

    assertThat(reasonsToKeep(plan, pinned)).containsExactly("pinned");
    assertThat(reasonsToKeep(plan, daysOld(9))).containsExactly("needed by " + pinned.id());
    assertThat(removedIds(plan)).containsExactly(daysOld(2).id());
  }

  @Test
  void named_staysWithItsChain() {
    Sample named = daysOld(8).on(daysOld(9)).ofKind(BackupKind.SAFETY);
    BackupId unknown = daysOld(500).id();

    RetentionPlan<Backup> plan =
        RetentionPolicy.keepLast(1)
            .plan(
                backups(daysOld(1), daysOld(2), named, daysOld(9)),
                Set.of(named.id(), unknown),
                NOW);

    assertThat(reasonsToKeep(plan, named)).containsExactly("named by an open operation");
    assertThat(reasonsToKeep(plan, daysOld(9))).containsExactly("needed by " + named.id());
    assertThat(removedIds(plan)).containsExactly(daysOld(2).id());
  }

  @Test
  void futureDated_staysAndIsToldWhenItIsMoreThanADayAhead() {
    RetentionPlan<Backup> plan =
        plan(RetentionPolicy.keepLast(1), daysOld(-3), daysOld(-2), daysOld(-1), daysOld(0));

    assertThat(keptOf(plan))
        .containsExactly(
            kept(daysOld(-3), NEWEST_VERIFIED, "among the last 1", "dated in the future"),
            kept(daysOld(-2), "dated in the future"),
            kept(daysOld(-1), "dated in the future"));
    assertThat(removedIds(plan)).containsExactly(daysOld(0).id());
    assertThat(plan.futureDated())
        .extracting(Backup::id)
        .containsExactly(daysOld(-3).id(), daysOld(-2).id());
  }

  @Test
  void safetyBackups_goAfterAWeekAndDoNotCount() {
    Sample young = daysOld(7).ofKind(BackupKind.SAFETY);
    Sample old = daysOld(8).ofKind(BackupKind.SAFETY);

    RetentionPlan<Backup> plan =
        plan(RetentionPolicy.keepLast(2), daysOld(1), young, old, daysOld(9));

    assertThat(reasonsToKeep(plan, young)).containsExactly("safety backup not older than 7 days");
    assertThat(reasonsToKeep(plan, daysOld(9))).containsExactly("among the last 2");
    assertThat(removedOf(plan)).containsExactly(removed(old, "safety backup older than 7 days"));
  }

  @Test
  void namedKinds_areGovernedAndAllOthersStay() {
    RetentionPolicy policy =
        RetentionPolicy.builder().keepLast(1).kinds(EnumSet.of(BackupKind.SAFETY)).build();
    Sample manual = daysOld(50).ofKind(BackupKind.MANUAL);

    RetentionPlan<Backup> plan =
        plan(
            policy,
            daysOld(1).ofKind(BackupKind.SAFETY),
            daysOld(2).ofKind(BackupKind.SAFETY),
            manual);

    assertThat(reasonsToKeep(plan, manual)).containsExactly("not governed by this policy");
    assertThat(removedOf(plan))
        .containsExactly(removed(daysOld(2).ofKind(BackupKind.SAFETY), "not among the last 1"));
  }

  @Test
  void noBackups_makeAnEmptyPlan() {
    RetentionPlan<Backup> plan = plan(RetentionPolicy.keepLast(1));

    assertThat(plan.kept()).isEmpty();
    assertThat(plan.removed()).isEmpty();
  }

  @Test
  void sameIdTwice_isRefused() {
    assertThatThrownBy(() -> plan(RetentionPolicy.keepLast(1), daysOld(1), daysOld(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("given twice: 20250629-120000-000");
  }

  @Test
  void planFiles_followsTheSameRulesInOneGroup() {
    RetentionPolicy policy =
        RetentionPolicy.builder().keepLast(2).kinds(Set.of(BackupKind.SAFETY)).build();
    FileItem newest = file("d.db", 1, false);
    FileItem good = file("c.db", 2, true);
    FileItem alsoGood = file("b.db", 2, true);
    FileItem old = file("a.db", 3, true);

    RetentionPlan<FileItem> plan = policy.planFiles(List.of(old, alsoGood, newest, good), NOW);

    assertThat(plan.kept())
        .containsExactly(
            new Kept<>(newest, List.of("among the last 2 (not counted: not found good)")),
            new Kept<>(good, List.of("newest verified of the folder", "among the last 2")),
            new Kept<>(alsoGood, List.of("among the last 2")));
    assertThat(plan.removed()).containsExactly(new Removed<>(old, "not among the last 2"));
  }

  @Test
  void planFiles_ofAFolderWhereNoneWasExamined_removesNothingByCount() {
    List<FileItem> files = List.of(file("a", 1, false), file("b", 2, false), file("c", 3, false));

    assertThat(RetentionPolicy.keepLast(1).planFiles(files, NOW).removed()).isEmpty();
  }

  @Test
  void builder_refusesValuesWithoutSense() {
    RetentionPolicy.Builder builder = RetentionPolicy.builder();

    assertThatThrownBy(() -> RetentionPolicy.keepLast(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("number of backups to keep must be at least 1: 0");
    for (IntConsumer rule :
        List.<IntConsumer>of(
            builder::keepHourly,
            builder::keepDaily,
            builder::keepWeekly,
            builder::keepMonthly,
            builder::keepYearly)) {
      assertThatThrownBy(() -> rule.accept(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("number of backups to keep must be at least 1: 0");
    }
    assertThatThrownBy(() -> builder.keepWithin(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("time to keep must be positive: PT0S");
    assertThatThrownBy(() -> builder.maxAge(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maximum age must be positive: PT0S");
    assertThatThrownBy(() -> builder.maxTotalSize(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maximum total size must be positive: -1");
    assertThatThrownBy(() -> builder.kinds(Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("at least one kind must be named: []");
    assertThatThrownBy(() -> builder.types(Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("at least one type must be named: []");
    assertThatThrownBy(() -> builder.groups(Set.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("at least one group must be named: []");
    assertThatThrownBy(() -> new FileItem("a", NOW, -1, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("size must not be negative: -1");
  }

  @Test
  void builder_refusesAPolicyWithoutARule() {
    RetentionPolicy.Builder builder = RetentionPolicy.builder().kinds(Set.of(BackupKind.MANUAL));

    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "a retention policy needs a rule: what to keep, a maximum age or a maximum size");
  }

  @Test
  void describe_saysThePolicyInWords() {
    assertThat(RetentionPolicy.keepLast(10))
        .hasToString(
            "manual, scheduled and archive backups: keeps the last 10 of each database group;"
                + " safety backups: removes what is older than 7 days");
    assertThat(
            RetentionPolicy.builder()
                .maxAge(Duration.ofHours(36))
                .maxTotalSize(5_000_000_000L)
                .kinds(Set.of(BackupKind.SAFETY))
                .build()
                .describe())
        .isEqualTo(
            "safety backups: removes what is older than 36 hours, then removes the oldest beyond a"
                + " total size of 5 GB; all other backups stay");
  }

  @Test
  void describe_namesEachRuleAndTheCalendar() {
    RetentionPolicy policy =
        RetentionPolicy.builder()
            .keepYearly(1)
            .keepMonthly(2)
            .keepWeekly(3)
            .keepDaily(4)
            .keepHourly(5)
            .keepLast(6)
            .keepWithin(Duration.ofDays(7))
            .maxAge(Duration.ofDays(400))
            .zone(ZoneId.of("Europe/Berlin"))
            .kinds(EnumSet.allOf(BackupKind.class))
            .build();

    assertThat(policy)
        .hasToString(
            "manual, scheduled, archive and safety backups: keeps the last 6, the last 5 hourly,"
                + " the last 4 daily, the last 3 weekly, the last 2 monthly, the last 1 yearly and"
                + " all within 7 days of the newest of each database group by the calendar of"
                + " Europe/Berlin, then removes what is older than 400 days");
  }

  @Test
  void describe_saysWhatEachPartIsFor() {
    Backup backup = daysOld(1).backup();
    RetentionPolicy policy =
        RetentionPolicy.firstOf(
            RetentionPolicy.builder().types(Set.of(BackupType.FULL)).keepDaily(7).build(),
            RetentionPolicy.builder()
                .types(Set.of(BackupType.INCREMENTAL))
                .groups(Set.of(backup.group()))
                .keepLast(1)
                .build());

    assertThat(policy)
        .hasToString(
            "full manual, scheduled and archive backups: keeps the last 7 daily of each database"
                + " group by the calendar of UTC; incremental manual, scheduled and archive backups"
                + " of database group "
                + backup.group()
                + ": keeps the last 1 of each database group; safety backups: removes what is older"
                + " than 7 days; all other backups stay");
  }

  @Test
  void types_areGovernedAndAllOthersStay() {
    RetentionPolicy policy =
        RetentionPolicy.builder().keepLast(1).types(Set.of(BackupType.FULL)).build();
    Sample base = daysOld(9);
    Sample incremental = daysOld(8).on(base);
    Sample differential = daysOld(7).on(base).asDifferential();

    RetentionPlan<Backup> plan =
        plan(policy, daysOld(1), daysOld(2), base, incremental, differential);

    assertThat(reasonsToKeep(plan, incremental)).containsExactly("not governed by this policy");
    assertThat(reasonsToKeep(plan, differential)).containsExactly("not governed by this policy");
    assertThat(reasonsToKeep(plan, base)).containsExactly("needed by " + differential.id());
    assertThat(removedIds(plan)).containsExactly(daysOld(2).id());
  }

  @Test
  void groups_areGovernedAndAllOthersStay() {
    Sample other = daysOld(4).inGroup("b");
    RetentionPolicy policy =
        RetentionPolicy.builder().keepLast(1).groups(Set.of(daysOld(1).backup().group())).build();

    RetentionPlan<Backup> plan =
        plan(policy, daysOld(1), daysOld(2), daysOld(3).inGroup("b"), other);

    assertThat(reasonsToKeep(plan, other)).containsExactly("not governed by this policy");
    assertThat(removedIds(plan)).containsExactly(daysOld(2).id());
  }

  @Test
  void firstOf_asksThePoliciesInTurn_andEachCountsForItself() {
    RetentionPolicy policy =
        RetentionPolicy.firstOf(
            RetentionPolicy.builder().kinds(Set.of(BackupKind.ARCHIVE)).keepLast(1).build(),
            RetentionPolicy.keepLast(2));

    RetentionPlan<Backup> plan =
        plan(
            policy,
            daysOld(1),
            daysOld(2).ofKind(BackupKind.MANUAL),
            daysOld(3).ofKind(BackupKind.ARCHIVE),
            daysOld(4),
            daysOld(5).ofKind(BackupKind.ARCHIVE));

    assertThat(reasonsToKeep(plan, daysOld(3))).containsExactly("among the last 1");
    assertThat(removedOf(plan))
        .containsExactly(
            removed(daysOld(4), "not among the last 2"),
            removed(daysOld(5), "not among the last 1"));
  }

  @Test
  void firstOf_theRuleForSafetyBackupsComesLast() {
    RetentionPolicy policy =
        RetentionPolicy.firstOf(
            RetentionPolicy.keepLast(1),
            RetentionPolicy.builder()
                .kinds(Set.of(BackupKind.SAFETY))
                .maxAge(Duration.ofDays(14))
                .build());
    Sample young = daysOld(14).ofKind(BackupKind.SAFETY);
    Sample old = daysOld(15).ofKind(BackupKind.SAFETY);

    RetentionPlan<Backup> plan = plan(policy, daysOld(1), young, old);

    assertThat(reasonsToKeep(plan, young)).containsExactly("safety backup not older than 14 days");
    assertThat(removedOf(plan)).containsExactly(removed(old, "safety backup older than 14 days"));
  }

  /** It would fit once nothing needs the base any more; but by then it would be gone. */
  @Test
  void maxTotalSize_doesNotCountWhatAnotherPartNeeds() {
    RetentionPolicy policy =
        RetentionPolicy.firstOf(
            RetentionPolicy.builder().types(Set.of(BackupType.FULL)).maxTotalSize(5).build(),
            RetentionPolicy.builder().keepLast(1).build());
    Sample base = daysOld(9).ofSize(4);
    Sample incremental = daysOld(1).on(base).neverExamined();
    Sample fits = daysOld(3);

    RetentionPlan<Backup> plan =
        plan(policy, incremental, daysOld(2).ofSize(4), fits, daysOld(4), base);

    assertThat(reasonsToKeep(plan, fits)).containsExactly("within the total size of 5 bytes");
    assertThat(reasonsToKeep(plan, base)).containsExactly("needed by " + incremental.id());
    assertThat(removedIds(plan)).containsExactly(daysOld(4).id());
  }

  @Test
  void standard_isByKind() {
    RetentionPlan<Backup> plan =
        plan(
            RetentionPolicy.standard(),
            daysOld(1),
            daysOld(30),
            daysOld(31),
            daysOld(900).ofKind(BackupKind.MANUAL),
            daysOld(90).ofKind(BackupKind.ARCHIVE),
            daysOld(91).ofKind(BackupKind.ARCHIVE),
            daysOld(7).ofKind(BackupKind.SAFETY),
            daysOld(8).ofKind(BackupKind.SAFETY));

    assertThat(reasonsToKeep(plan, daysOld(30)))
        .containsExactly("scheduled backup not older than 30 days");
    assertThat(reasonsToKeep(plan, daysOld(900))).containsExactly("not governed by this policy");
    assertThat(removedOf(plan))
        .containsExactly(
            removed(daysOld(8), "safety backup older than 7 days"),
            removed(daysOld(31), "scheduled backup older than 30 days"),
            removed(daysOld(91), "archive backup older than 90 days"));
  }

  @Test
  void presets_differInTheAgeOfScheduledBackups() {
    assertThat(RetentionPolicy.standard().describe())
        .isEqualTo(
            "scheduled backups: removes what is older than 30 days; archive backups: removes what"
                + " is older than 90 days; safety backups: removes what is older than 7 days; all"
                + " other backups stay")
        .isEqualTo(RetentionPolicy.development().describe());
    assertThat(RetentionPolicy.staging().describe())
        .isEqualTo(RetentionPolicy.standard().describe().replace("30 days", "60 days"));
    assertThat(RetentionPolicy.production().describe())
        .isEqualTo(RetentionPolicy.standard().describe().replace("30 days", "90 days"));
  }

  @Test
  void words_sayAmountsExactly() {
    assertThat(Words.of(Duration.ofDays(1))).isEqualTo("1 day");
    assertThat(Words.of(Duration.ofMinutes(90))).isEqualTo("90 minutes");
    assertThat(Words.of(Duration.ofSeconds(59))).isEqualTo("59 seconds");
    assertThat(Words.of(Duration.ofMillis(1500))).isEqualTo("PT1.5S");
    assertThat(Words.ofBytes(1)).isEqualTo("1 byte");
    assertThat(Words.ofBytes(1001)).isEqualTo("1001 bytes");
    assertThat(Words.ofBytes(3L << 40)).isEqualTo("3 TiB");
  }

  private static RetentionPlan<Backup> plan(RetentionPolicy policy, Sample... samples) {
    return policy.plan(backups(samples), Set.of(), NOW);
  }

  private static List<Backup> backups(Sample... samples) {
    return Arrays.stream(samples).map(Sample::backup).toList();
  }

  private static FileItem file(String name, long daysOld, boolean verified) {
    Instant time = NOW.minus(Duration.ofDays(daysOld));
    return new FileItem(name, time, 1, verified);
  }

  private static List<Kept<BackupId>> keptOf(RetentionPlan<Backup> plan) {
    return plan.kept().stream().map(k -> new Kept<>(k.item().id(), k.reasons())).toList();
  }

  private static List<Removed<BackupId>> removedOf(RetentionPlan<Backup> plan) {
    return plan.removed().stream().map(r -> new Removed<>(r.item().id(), r.reason())).toList();
  }

  private static Kept<BackupId> kept(Sample sample, String... reasons) {
    return new Kept<>(sample.id(), List.of(reasons));
  }

  private static Removed<BackupId> removed(Sample sample, String reason) {
    return new Removed<>(sample.id(), reason);
  }

  private static List<BackupId> removedIds(RetentionPlan<Backup> plan) {
    return plan.removed().stream().map(removed -> removed.item().id()).toList();
  }

  private static List<String> reasonsToKeep(RetentionPlan<Backup> plan, Sample sample) {
    Map<BackupId, List<String>> reasons =
        plan.kept().stream().collect(toMap(kept -> kept.item().id(), Kept::reasons));
    return reasons.getOrDefault(sample.id(), List.of());
  }
}
