package dev.backuphelper.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/** Values in words for people. Stateless. */
final class Format {
  private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final Pattern PLAIN_WORD = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Format() {}

  /** Returns a number of bytes, as {@code 1.2 MiB}. */
  static String size(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes / 1024.0;
    int unit = 0;
    // From here on it would be shown as 1024.0 of the smaller unit.
    while (value >= 1023.95) {
      value /= 1024;
      unit++;
    }
    // By hand, because a list formats thousands.
    long tenths = Math.round(value * 10);
    return tenths / 10 + "." + tenths % 10 + " " + UNITS[unit];
  }

  /** Returns a time span, as {@code 0.3 s} or {@code 2 min 5 s}. */
  static String duration(Duration duration) {
    return duration.toMinutes() < 1
        ? String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0)
        : duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
  }

  /** Returns how old something is, in the largest unit of which there are two, as {@code 47 h}. */
  static String age(Duration age) {
    if (age.toMinutes() < 2) {
      return age.toSeconds() + " s";
    }
    if (age.toHours() < 2) {
      return age.toMinutes() + " min";
    }
    return age.toDays() < 2 ? age.toHours() + " h" : age.toDays() + " d";
  }

  /** Returns a moment, to the second. */
  static String moment(Instant instant) {
    return MOMENT.format(instant);
  }

  /** Returns a count with its noun, as {@code 1 file} or {@code 2 files}. */
  static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  /** Returns a word as a shell takes it. */
  static String shellWord(String word) {
    return PLAIN_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /** Returns a path that is the same in whatever folder it is used. */
  static String absolute(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }

  /** Returns a text as one line without control characters, which could steer a terminal. */
  static String printable(String text) {
    StringBuilder line = new StringBuilder(text);
    for (int index = 0; index < text.length(); index++) {
      char character = text.charAt(index);
      if (Character.isISOControl(character)) {
        line.setCharAt(index, Character.isWhitespace(character) ? ' ' : '?');
      }
    }
    return line.toString();
  }
}
