package dev.backuphelper.model;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The identifier of a backup: its moment in UTC with milliseconds, as {@code yyyyMMdd-HHmmss-SSS}.
 * The order of ids is the order in which backups were reserved in their store.
 *
 * <p>Immutable and thread-safe.
 *
 * @param value the text form, always 19 characters
 */
public record BackupId(String value) implements Comparable<BackupId> {
  private static final int LENGTH = 19;
  private static final int DATE_END = 8;
  private static final int TIME_END = 15;
  private static final DateTimeFormatter FORMATTER =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss-SSS", Locale.ROOT);

  /**
   * Checks the text form.
   *
   * @throws IllegalArgumentException if {@code value} is no moment in the form {@code
   *     yyyyMMdd-HHmmss-SSS}
   */
  public BackupId {
    if (!isForm(value) || parseMoment(value).isEmpty()) {
      throw new IllegalArgumentException("not a backup id (yyyyMMdd-HHmmss-SSS): " + value);
    }
  }

  /** Returns the id of a moment, cut to the millisecond. */
  public static BackupId of(Instant moment) {
    return new BackupId(FORMATTER.format(LocalDateTime.ofInstant(moment, ZoneOffset.UTC)));
  }

  /** Returns the id that {@code text} spells, or empty when it spells none. */
  public static Optional<BackupId> tryParse(String text) {
    return isForm(text) && parseMoment(text).isPresent()
        ? Optional.of(new BackupId(text))
        : Optional.empty();
  }

  /** Returns the moment that this id names. */
  public Instant instant() {
    return parseMoment(value).orElseThrow().toInstant(ZoneOffset.UTC);
  }

  /** Returns the id one millisecond later. */
  public BackupId next() {
    return of(instant().plusMillis(1));
  }

  /**
   * Returns the first 15 characters, {@code yyyyMMdd-HHmmss}: the {@code timestamp} of a manifest.
   */
  public String timestamp() {
    return value.substring(0, TIME_END);
  }

  @Override
  public int compareTo(BackupId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }

  private static boolean isForm(String text) {
    if (text.length() != LENGTH) {
      return false;
    }
    for (int index = 0; index < LENGTH; index++) {
      char found = text.charAt(index);
      boolean separator = index == DATE_END || index == TIME_END;
      boolean digit = found >= '0' && found <= '9';
      if (separator ? found != '-' : !digit) {
        return false;
      }
    }
    return true;
  }

  // By hand rather than by the formatter: a listing parses an id for every file of a store.
  private static Optional<LocalDateTime> parseMoment(String text) {
    try {
      return Optional.of(
          LocalDateTime.of(
              number(text, 0, 4),
              number(text, 4, 6),
              number(text, 6, 8),
              number(text, 9, 11),
              number(text, 11, 13),
              number(text, 13, 15),
              (int) TimeUnit.MILLISECONDS.toNanos(number(text, 16, 19))));
    } catch (DateTimeException notAMoment) {
      return Optional.empty();
    }
  }

  private static int number(String text, int begin, int end) {
    return Integer.parseInt(text, begin, end, 10);
  }
}
