package dev.backuphelper.retention;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What the rules look at: a backup or a plain file.
 *
 * @param subject the backup or the file itself
 * @param id its name, unique in a plan
 * @param time when it was made, as the order of all tells it
 * @param dated what the clock said then, which tells its hour, day and so on; other than {@code
 *     time} if the clock stood behind
 * @param size its bytes
 * @param group the rules that count do so within one group
 * @param parent the id of what it builds on; null when it needs nothing else
 * @param part the part of the policy that governs it; null if it stays whatever the rules
 * @param condition what is known of its content
 * @param pinned whether its owner wants it kept
 * @param named whether an open operation names it
 */
record Candidate<T>(
    T subject,
    String id,
    Instant time,
    Instant dated,
    long size,
    String group,
    @Nullable String parent,
    @Nullable Part part,
    Condition condition,
    boolean pinned,
    boolean named) {

  /** Newest first; of one moment, the greater id first. */
  static final Comparator<Candidate<?>> NEWEST_FIRST =
      Comparator.<Candidate<?>, Instant>comparing(Candidate::time)
          .thenComparing(Candidate::id)
          .reversed();

  /** What is known of a content. */
  enum Condition {
    VERIFIED,
    UNVERIFIED,
    FAILED,
    DAMAGED;

    boolean isSound() {
      return this == VERIFIED || this == UNVERIFIED;
    }
  }

  static Candidate<Backup> of(Backup backup, @Nullable Part part, boolean named) {
    return new Candidate<>(
        backup,
        backup.id().value(),
        backup.id().instant(),
        backup.manifest().date(),
        backup.size(),
        backup.group().value(),
        backup.parent().map(BackupId::value).orElse(null),
        part,
        conditionOf(backup),
        backup.pinned(),
        named);
  }

  static Candidate<FileItem> of(FileItem file, Part part) {
    return new Candidate<>(
        file,
        file.name(),
        file.time(),
        file.time(),
        file.size(),
        "",
        null,
        part,
        file.verified() ? Condition.VERIFIED : Condition.FAILED,
        false,
        false);
  }

  boolean isVerified() {
    return condition == Condition.VERIFIED;
  }

  private static Condition conditionOf(Backup backup) {
    if (backup.damaged()) {
      return Condition.DAMAGED;
    }
    return backup
        .verification()
        // Sound as it may be, it is nothing to go back to.
        .filter(found -> !(found.good() && backup.leftByFailure()))
        .map(found -> found.good() ? Condition.VERIFIED : Condition.FAILED)
        .orElse(Condition.UNVERIFIED);
  }
}
