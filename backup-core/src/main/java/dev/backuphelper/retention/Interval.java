package dev.backuphelper.retention;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;

/** What a rule counts: the backups themselves, or the hours, days and so on that have one. */
enum Interval {
  BACKUP(""),
  HOUR(" hourly"),
  DAY(" daily"),
  /** A week of ISO 8601: it begins on Monday. */
  WEEK(" weekly"),
  MONTH(" monthly"),
  YEAR(" yearly");

  // The time of a file may lie where no calendar reaches.
  private static final Instant EARLIEST = Instant.parse("-9999-01-02T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-30T00:00:00Z");

  private final String adjective;

  Interval(String adjective) {
    this.adjective = adjective;
  }

  /** Returns what a rule that counts so many keeps: {@code the last 7 daily}. */
  String words(int count) {
    return "the last " + count + adjective;
  }

  boolean isOfCalendar() {
    return this != BACKUP;
  }

  /** Returns what is equal for two candidates if, and only if, they count as one. */
  Object bucketOf(Candidate<?> candidate, ZoneId zone) {
    ZonedDateTime time = limited(candidate.dated()).atZone(zone);
    LocalDate day = time.toLocalDate();
    return switch (this) {
      case BACKUP -> candidate.id();
      // With its offset, so that the hour which a clock shows twice in autumn is two hours.
      case HOUR -> time.toOffsetDateTime().truncatedTo(ChronoUnit.HOURS);
      case DAY -> day;
      case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
      case MONTH -> YearMonth.from(day);
      case YEAR -> Year.from(day);
    };
  }

  private static Instant limited(Instant time) {
    if (time.isBefore(EARLIEST)) {
      return EARLIEST;
    }
    return time.isAfter(LATEST) ? LATEST : time;
  }
}
