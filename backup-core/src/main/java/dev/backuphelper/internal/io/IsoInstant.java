package dev.backuphelper.internal.io;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Moments in ISO-8601, as {@link Instant#toString} writes them. The common form is read by hand: a
 * listing reads three moments for each backup, and the platform's formatter takes several times as
 * long.
 */
final class IsoInstant {
  // yyyy-MM-ddTHH:mm:ss, then a point and up to nine digits perhaps, then Z.
  private static final int SECONDS_END = 19;
  private static final int MAX_LENGTH = SECONDS_END + 11;
  private static final int NANO_DIGITS = 9;

  private IsoInstant() {}

  /**
   * Returns the moment that a text spells.
   *
   * @throws java.time.DateTimeException if it spells none
   */
  static Instant parse(String text) {
    return isCommonForm(text) ? parseCommonForm(text) : Instant.parse(text);
  }

  private static boolean isCommonForm(String text) {
    int end = text.length() - 1;
    if (end < SECONDS_END || end >= MAX_LENGTH || text.charAt(end) != 'Z') {
      return false;
    }
    for (int index = 0; index < end; index++) {
      char expected = index < SECONDS_END ? "dddd-dd-ddTdd:dd:dd".charAt(index) : 'd';
      if (index == SECONDS_END) {
        expected = '.';
      }
      char found = text.charAt(index);
      if (expected == 'd' ? found < '0' || found > '9' : found != expected) {
        return false;
      }
    }
    return true;
  }

  private static Instant parseCommonForm(String text) {
    return LocalDateTime.of(
            number(text, 0, 4),
            number(text, 5, 7),
            number(text, 8, 10),
            number(text, 11, 13),
            number(text, 14, 16),
            number(text, 17, 19),
            nanos(text))
        .toInstant(ZoneOffset.UTC);
  }

  private static int nanos(String text) {
    int begin = SECONDS_END + 1;
    int end = text.length() - 1;
    if (end <= begin) {
      return 0;
    }
    int nanos = number(text, begin, end);
    for (int digits = end - begin; digits < NANO_DIGITS; digits++) {
      nanos *= 10;
    }
    return nanos;
  }

  private static int number(String text, int begin, int end) {
    return Integer.parseInt(text, begin, end, 10);
  }
}
