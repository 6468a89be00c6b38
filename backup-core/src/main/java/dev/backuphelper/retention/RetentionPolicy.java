package dev.backuphelper.retention;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.retention.Candidate.Regime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of old backups.
 *
 * <pre>{@code
 * RetentionPolicy policy =
 *     RetentionPolicy.builder().keepLast(10).maxAge(Duration.ofDays(90)).build();
 * }</pre>
 *
 * <p>A count says what stays: so many of the newest backups of each group that would restore. One
 * that would not (damaged, found bad, its base missing) does not count, and stays while a counted
 * one that stays is older, or fewer than that many count. Without a count everything stays. Age and
 * size limits then remove from that, oldest first. An incremental counts as a backup, and what it
 * builds on stays with it. The time of a backup is that of its id; whether it is dated in the
 * future is told by the date in its manifest.
 *
 * <p>Unless kinds are named, the policy governs {@link #DEFAULT_KINDS} together, and safety backups
 * go after {@link #SAFETY_AGE}. With named kinds, all others stay.
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

  /** How long safety backups are kept by a policy that names no kinds. */
  public static final Duration SAFETY_AGE = Duration.ofDays(7);

  private final Rules rules;
  private final @Nullable Set<BackupKind> kinds;

  private RetentionPolicy(Builder builder) {
    rules = new Rules(builder.keepLast, builder.maxAge, builder.maxTotalSize);
    kinds = builder.kinds;
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
            .map(b -> Candidate.of(b, regimeOf(b.kind()), named.contains(b.id())))
            .toList();
    return new Planner<>(rules, "its database group", candidates, now).plan();
  }

  /**
   * Decides about plain files by the same rules. The files are one group; as they have no kind, the
   * policy governs all of them.
   *
   * @param files all of a folder
   * @param now the time to reckon ages from
   * @throws IllegalArgumentException if two files share a name
   */
  public RetentionPlan<FileItem> planFiles(Collection<FileItem> files, Instant now) {
    List<Candidate<FileItem>> candidates = files.stream().map(Candidate::of).toList();
    return new Planner<>(rules, "the folder", candidates, now).plan();
  }

  /** Returns the policy in words. */
  public String describe() {
    List<String> clauses = new ArrayList<>(rules.describe());
    clauses.add("governs " + names(kinds == null ? DEFAULT_KINDS : kinds) + " backups");
    clauses.add(kinds == null ? Rules.SAFETY_REMOVED : "keeps all other kinds");
    return String.join("; ", clauses);
  }

  @Override
  public String toString() {
    return describe();
  }

  private Regime regimeOf(BackupKind kind) {
    if ((kinds == null ? DEFAULT_KINDS : kinds).contains(kind)) {
      return Regime.POLICY;
    }
    return kinds == null ? Regime.SAFETY : Regime.NONE;
  }

  private static String names(Set<BackupKind> kinds) {
    return Words.list(
        Arrays.stream(BackupKind.values()).filter(kinds::contains).map(BackupKind::key).toList());
  }

  /** Collects the rules of a policy. Not thread-safe. */
  public static final class Builder {
    private @Nullable Integer keepLast;
    private @Nullable Duration maxAge;
    private @Nullable Long maxTotalSize;
    private @Nullable Set<BackupKind> kinds;

    private Builder() {}

    /**
     * Keeps the newest restorable backups of each group.
     *
     * @param count how many, at least 1
     * @throws IllegalArgumentException if {@code count} is less than 1
     */
    public Builder keepLast(int count) {
      require(count >= 1, "number of backups to keep must be at least 1", count);
      keepLast = count;
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
     * Returns the policy.
     *
     * @throws IllegalStateException if no rule was given: neither a count nor a limit
     */
    public RetentionPolicy build() {
      RetentionPolicy policy = new RetentionPolicy(this);
      if (policy.rules.isEmpty()) {
        throw new IllegalStateException(
            "a retention policy needs a rule: a number to keep, a maximum age or a maximum size");
      }
      return policy;
    }

    private static void require(boolean condition, String message, Object value) {
      if (!condition) {
        throw new IllegalArgumentException(message + ": " + value);
      }
    }
  }
}
