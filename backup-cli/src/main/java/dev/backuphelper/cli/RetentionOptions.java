package dev.backuphelper.cli;

import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.retention.RetentionPolicy;
import java.time.Duration;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what stays and what goes. */
final class RetentionOptions {
  @Option(
      names = {"--keep-last", "--keep-count"},
      paramLabel = "N",
      description = "Keep the newest N of each set of databases.")
  @Nullable Integer keepLast;

  @Option(
      names = "--keep-within",
      paramLabel = "D",
      description =
          "Keep all that are at most D older than the newest good one of their set, as in 12h, 7d,"
              + " 4w or 1d12h.")
  @Nullable Duration keepWithin;

  @Option(
      names = "--keep-hourly",
      paramLabel = "N",
      description = "Keep the newest of each of the last N hours that have a backup.")
  @Nullable Integer keepHourly;

  @Option(
      names = "--keep-daily",
      paramLabel = "N",
      description = "Keep the newest of each of the last N days (of UTC) that have a backup.")
  @Nullable Integer keepDaily;

  @Option(
      names = "--keep-weekly",
      paramLabel = "N",
      description = "Keep the newest of each of the last N weeks, which begin on Monday.")
  @Nullable Integer keepWeekly;

  @Option(
      names = "--keep-monthly",
      paramLabel = "N",
      description = "Keep the newest of each of the last N months.")
  @Nullable Integer keepMonthly;

  @Option(
      names = "--keep-yearly",
      paramLabel = "N",
      description = "Keep the newest of each of the last N years.")
  @Nullable Integer keepYearly;

  @Option(names = "--age-days", paramLabel = "N", description = "Remove what is older than N days.")
  @Nullable Amount ageDays;

  @Option(
      names = "--max-size-gb",
      paramLabel = "N",
      description = "Remove the oldest until all take at most N GiB.")
  @Nullable Amount maxSizeGb;

  @Option(
      names = "--kind",
      paramLabel = "K",
      description =
          "Look at backups of one kind alone: manual, scheduled, archive or safety. Without it the"
              + " first three are looked at, and safety backups stay for 7 days.")
  @Nullable BackupKind kind;

  /** Returns what the options say; they must say something. */
  RetentionPolicy policy() {
    requireRule();
    RetentionPolicy.Builder policy = RetentionPolicy.builder();
    if (keepLast != null) {
      policy.keepLast(atLeastOne(keepLast));
    }
    count("--keep-hourly", keepHourly, policy::keepHourly);
    count("--keep-daily", keepDaily, policy::keepDaily);
    count("--keep-weekly", keepWeekly, policy::keepWeekly);
    count("--keep-monthly", keepMonthly, policy::keepMonthly);
    count("--keep-yearly", keepYearly, policy::keepYearly);
    if (keepWithin != null) {
      policy.keepWithin(positive("--keep-within", keepWithin));
    }
    if (ageDays != null) {
      policy.maxAge(ageDays.positive("--age-days").days());
    }
    if (maxSizeGb != null) {
      policy.maxTotalSize(maxSizeGb.positive("--max-size-gb").gibibytes());
    }
    if (kind != null) {
      policy.kinds(Set.of(kind));
    }
    return policy.build();
  }

  private void requireRule() {
    boolean given =
        keepLast != null
            || keepWithin != null
            || keepHourly != null
            || keepDaily != null
            || keepWeekly != null
            || keepMonthly != null
            || keepYearly != null
            || ageDays != null
            || maxSizeGb != null;
    if (!given) {
      throw new InvalidRequestException(
          "no rule says what may go",
          "Say what to keep, as in 'backup clean --keep-last 10' or 'backup clean --keep-daily 7"
              + " --keep-weekly 4', or give --age-days or --max-size-gb.");
    }
  }

  /** Refuses to keep nothing. */
  static int atLeastOne(int count) {
    if (count < 0) {
      throw new InvalidRequestException("not a number of backups: " + count, null);
    }
    if (count == 0) {
      throw new RefusedException(
          "keeping 0 backups is refused: it would leave nothing to restore",
          "Keep at least 1; 'backup delete' removes the backups that you name.");
    }
    return count;
  }

  private static void count(String option, @Nullable Integer count, IntConsumer rule) {
    if (count != null) {
      if (count < 1) {
        throw new InvalidRequestException(
            option + " must be at least 1: " + count, "Leave it out if it should keep nothing.");
      }
      rule.accept(count);
    }
  }

  private static Duration positive(String option, Duration value) {
    if (value.isZero()) {
      throw new InvalidRequestException(option + " must be more than 0", null);
    }
    return value;
  }
}
