package dev.backuphelper.retention;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.GroupId;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of old backups.
 *
 * <pre>{@code
 * RetentionPolicy policy =
 *     RetentionPolicy.builder().keepDaily(7).keepWeekly(4).maxAge(Duration.ofDays(90)).build();
 * }</pre>
 *
 * <p>Rules that keep ({@code keepLast}, {@code keepDaily}, {@code keepWithin}, …) say what stays of
 * each group: whatever at least one of them keeps. Without one everything stays. Limits ({@code
 * maxAge}, {@code maxTotalSize}) then remove from that, oldest first.
 *
 * <p>A rule that counts keeps backups that would restore: the newest ones, or the newest one of
 * each of so many hours, days, weeks, months or years; those without a backup do not count. One
 * that would not restore (damaged, found bad, its base missing) does not count, and stays where it
 * would be kept if it did. An incremental counts as a backup, and what it builds on stays with it.
 *
 * <p>The order of backups, and their age, is that of their ids. The hour, day and so on is told by
 * the date in the manifest, in UTC or the zone that is given. An hour that the clocks of a zone
 * show twice is two.
 *
 * <p>Unless kinds are named, the policy governs {@link #DEFAULT_KINDS} together, and safety backups
 * go after {@link #SAFETY_AGE}. With named kinds, all others stay. Different rules for different
 * backups are put together with {@link #firstOf}.
 *
 * <p>Whatever the rules, these are never removed: of each group, the newest verified backup, or if
 * none is verified the best there is; what is pinned; what an open operation names; what is dated
 * in the future; and every base that something kept builds on.
 *
 * <p>Immutable and thread-safe. {@code toString} says the policy in words.
 */
public final class RetentionPolicy {
  /** The kinds that a policy governs unless it names others. */
  public static final Set<BackupKind> DEFAULT_KINDS =
      Set.of(BackupKind.MANUAL, BackupKind.SCHEDULED, BackupKind.ARCHIVE);

  /** How long safety backups are kept by a policy that names no kinds: 7 days. */
  public static final Duration SAFETY_AGE = Duration.ofDays(7);

  private static final Duration ARCHIVE_AGE = Duration.ofDays(90);
  private static final Part SAFETY = Part.ofAge(BackupKind.SAFETY, SAFETY_AGE);

  // A backup follows the first part that its scope contains.
  private final List<Part> parts;
  private final boolean withSafetyRule;

  private RetentionPolicy(List<Part> parts, boolean withSafetyRule) {
    this.parts = List.copyOf(parts);
    this.withSafetyRule = withSafetyRule;
  }

  /** Returns a builder without any rule. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the policy that keeps the last backups of each group and has no limits.
   *
   * @param count how many, at least 1
   * @throws IllegalArgumentException if {@code count} is less than 1
   */
  public static RetentionPolicy keepLast(int count) {
    return builder().keepLast(count).build();
  }

  /**
   * Returns the policy by kind: scheduled backups stay 30 days, archives 90 days, safety backups 7
   * days, and manual ones until somebody deletes them.
   */
  public static RetentionPolicy standard() {
    return byKind(Duration.ofDays(30));
  }

  /** Returns the policy for development: the {@linkplain #standard() standard} one. */
  public static RetentionPolicy development() {
    return standard();
  }

  /**
   * Returns the policy for staging: as the {@linkplain #standard() standard} one, but scheduled
   * backups stay 60 days.
   */
  public static RetentionPolicy staging() {
    return byKind(Duration.ofDays(60));
  }

  /**
   * Returns the policy for production: as the {@linkplain #standard() standard} one, but scheduled
   * backups stay 90 days.
   */
  public static RetentionPolicy production() {
    return byKind(Duration.ofDays(90));
  }

  private static RetentionPolicy byKind(Duration scheduled) {
    return new RetentionPolicy(
        List.of(
            Part.ofAge(BackupKind.SCHEDULED, scheduled),
            Part.ofAge(BackupKind.ARCHIVE, ARCHIVE_AGE)),
        true);
  }

  /**
   * Puts policies together: each backup follows the first that governs it, and those that none
   * governs stay. Each counts for itself, and its size limit is for what it governs; a base stays
   * while a backup needs it, whichever policies they follow. Safety backups that none names go
   * after {@link #SAFETY_AGE}, unless all policies name kinds.
   *
   * <pre>{@code
   * RetentionPolicy.firstOf(
   *     RetentionPolicy.builder().types(Set.of(BackupType.FULL)).keepMonthly(12).build(),
   *     RetentionPolicy.builder().keepHourly(24).build());
   * }</pre>
   *
   * @param first the policy that is asked first
   * @param others those that are asked then, in this order
   */
  public static RetentionPolicy firstOf(RetentionPolicy first, RetentionPolicy... others) {
    List<RetentionPolicy> policies = Stream.concat(Stream.of(first), Stream.of(others)).toList();
    return new RetentionPolicy(
        policies.stream().flatMap(policy -> policy.parts.stream()).toList(),
        policies.stream().anyMatch(policy -> policy.withSafetyRule));
  }

  /**
   * Decides about backups. Nothing is removed by this.
   *
   * @param backups all of a store: groups and chains are seen whole only then
   * @param named the ids that an open marker, plan or intent names; they stay with their chains
   * @param now the time to reckon ages from
   * @throws IllegalArgumentException if two backups share an id
   */
  public RetentionPlan<Backup> plan(Collection<Backup> backups, Set<BackupId> named, Instant now) {
    List<Candidate<Backup>> candidates =
        backups.stream()
            .map(backup -> Candidate.of(backup, partOf(backup), named.contains(backup.id())))
            .toList();
    return new Planner<>("its database group", candidates, now).plan();
  }

  /**
   * Decides about plain files by the same rules. The files are one group; as they have no kind and
   * no type, the policy governs all of them; of policies that were put together, the first does.
   *
   * @param files all of a folder
   * @param now the time to reckon ages from
   * @throws IllegalArgumentException if two files share a name
   */
  public RetentionPlan<FileItem> planFiles(Collection<FileItem> files, Instant now) {
    Part part = parts.get(0);
    List<Candidate<FileItem>> candidates =
        files.stream().map(file -> Candidate.of(file, part)).toList();
    return new Planner<>("the folder", candidates, now).plan();
  }

  /** Returns the policy in words. */
  public String describe() {
    List<String> sentences = new ArrayList<>(partsWithSafety().map(Part::describe).toList());
    if (leavesSomeAlone()) {
      sentences.add("all other backups stay");
    }
    return String.join("; ", sentences);
  }

  @Override
  public String toString() {
    return describe();
  }

  private Stream<Part> partsWithSafety() {
    return withSafetyRule ? Stream.concat(parts.stream(), Stream.of(SAFETY)) : parts.stream();
  }

  private @Nullable Part partOf(Backup backup) {
    return partsWithSafety().filter(part -> part.scope().contains(backup)).findFirst().orElse(null);
  }

  private boolean leavesSomeAlone() {
    return Stream.of(BackupKind.values())
        .anyMatch(kind -> Stream.of(BackupType.values()).anyMatch(type -> leavesAlone(kind, type)));
  }

  private boolean leavesAlone(BackupKind kind, BackupType type) {
    return partsWithSafety().noneMatch(part -> part.scope().containsAll(kind, type));
  }

  /** Collects the rules of a policy. Not thread-safe. */
  public static final class Builder {
    private final SortedMap<Interval, Integer> counts = new TreeMap<>();
    private @Nullable Duration within;
    private @Nullable Duration maxAge;
    private @Nullable Long maxTotalSize;
    private @Nullable Set<BackupKind> kinds;
    private Set<BackupType> types = Scope.ALL_TYPES;
    private Set<GroupId> groups = Set.of();
    private ZoneId zone = Rules.UTC;

    private Builder() {}

    /**
     * Keeps the newest restorable backups of each group.
     *
     * @param count how many, at least 1
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Builder keepLast(int count) {
      return keep(Interval.BACKUP, count);
    }

    /**
     * Keeps the newest restorable backup of each of the last hours that have one.
     *
     * @param count how many hours, at least 1
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Builder keepHourly(int count) {
      return keep(Interval.HOUR, count);
    }

    /**
     * Keeps the newest restorable backup of each of the last days that have one.
     *
     * @param count how many days, at least 1
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Builder keepDaily(int count) {
      return keep(Interval.DAY, count);
    }

    /**
     * Keeps the newest restorable backup of each of the last weeks that have one. Weeks are those
     * of ISO 8601: they begin on Monday.
     *
     * @param count how many weeks, at least 1
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Builder keepWeekly(int count) {
      return keep(Interval.WEEK, count);
    }

    /**
     * Keeps the newest restorable backup of each of the last months that have one.
     *
     * @param count how many months, at least 1
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Builder keepMonthly(int count) {
      return keep(Interval.MONTH, count);
    }

    /**
     * Keeps the newest restorable backup of each of the last years that have one.
     *
     * @param count how many years, at least 1
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Builder keepYearly(int count) {
      return keep(Interval.YEAR, count);
    }

    /**
     * Keeps all backups that are at most so much older than the newest restorable one of their
     * group. It is reckoned from that and not from the present, so that nothing goes because
     * backups have stopped.
     *
     * @param time how long before the newest
     * @throws IllegalArgumentException if {@code time} is not positive
     */
    public Builder keepWithin(Duration time) {
      require(time.compareTo(Duration.ZERO) > 0, "time to keep must be positive", time);
      within = time;
      return this;
    }

    /**
     * Removes what is older.
     *
     * @param age the greatest age that stays
     * @throws IllegalArgumentException if {@code age} is not positive
     */
    public Builder maxAge(Duration age) {
      require(age.compareTo(Duration.ZERO) > 0, "maximum age must be positive", age);
      maxAge = age;
      return this;
    }

    /**
     * Removes the oldest until the rest fits. All governed backups of the store count together,
     * those too that stay whatever the rules.
     *
     * @param bytes the greatest total size of the artifacts that stay
     * @throws IllegalArgumentException if {@code bytes} is not positive
     */
    public Builder maxTotalSize(long bytes) {
      require(bytes > 0, "maximum total size must be positive", bytes);
      maxTotalSize = bytes;
      return this;
    }

    /**
     * Names the kinds that the policy governs; all others then stay.
     *
     * @param kinds at least one kind
     * @throws IllegalArgumentException if {@code kinds} is empty
     */
    public Builder kinds(Set<BackupKind> kinds) {
      require(!kinds.isEmpty(), "at least one kind must be named", kinds);
      this.kinds = Set.copyOf(kinds);
      return this;
    }

    /**
     * Names the types that the policy governs, all unless this is called; others then stay.
     *
     * @param types at least one type
     * @throws IllegalArgumentException if {@code types} is empty
     */
    public Builder types(Set<BackupType> types) {
      require(!types.isEmpty(), "at least one type must be named", types);
      this.types = Set.copyOf(types);
      return this;
    }

    /**
     * Names the groups that the policy governs, all unless this is called; others then stay.
     *
     * @param groups at least one group
     * @throws IllegalArgumentException if {@code groups} is empty
     */
    public Builder groups(Set<GroupId> groups) {
      require(!groups.isEmpty(), "at least one group must be named", groups);
      this.groups = Set.copyOf(groups);
      return this;
    }

    /**
     * Says whose calendar tells hours, days, weeks, months and years.
     *
     * @param zone the time zone; UTC unless this is called
     */
    public Builder zone(ZoneId zone) {
      this.zone = zone;
      return this;
    }

    /**
     * Returns the policy.
     *
     * @throws IllegalStateException if no rule was given: neither one that keeps nor a limit
     */
    public RetentionPolicy build() {
      Rules rules = new Rules(counts, within, maxAge, maxTotalSize, zone);
      if (rules.isEmpty()) {
        throw new IllegalStateException(
            "a retention policy needs a rule: what to keep, a maximum age or a maximum size");
      }
      Scope scope = new Scope(kinds == null ? DEFAULT_KINDS : kinds, types, groups);
      return new RetentionPolicy(List.of(new Part(scope, rules)), kinds == null);
    }

    private Builder keep(Interval interval, int count) {
      require(count >= 1, "number of backups to keep must be at least 1", count);
      counts.put(interval, count);
      return this;
    }

    private static void require(boolean condition, String message, Object value) {
      if (!condition) {
        throw new IllegalArgumentException(message + ": " + value);
      }
    }
  }
}
