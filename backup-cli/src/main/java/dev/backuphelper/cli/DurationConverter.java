package dev.backuphelper.cli;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time span from the command line: whole numbers, each with its unit, as {@code 1d12h}. */
final class DurationConverter implements ITypeConverter<Duration> {
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,9}w)?(\\d{1,9}d)?(\\d{1,9}h)?(\\d{1,9}m)?(\\d{1,9}s)?");
  private static final Pattern PART = Pattern.compile("(\\d+)(\\D)");
  private static final Map<String, ChronoUnit> UNITS =
      Map.of(
          "w", ChronoUnit.WEEKS,
          "d", ChronoUnit.DAYS,
          "h", ChronoUnit.HOURS,
          "m", ChronoUnit.MINUTES,
          "s", ChronoUnit.SECONDS);

  @Override
  public Duration convert(String text) {
    if (text.isEmpty() || !FORM.matcher(text).matches()) {
      throw new TypeConversionException(
          "'" + text + "' is not a time span as 30m, 12h, 7d, 4w or 1d12h");
    }
    Duration sum = Duration.ZERO;
    Matcher part = PART.matcher(text);
    while (part.find()) {
      Duration unit = UNITS.getOrDefault(part.group(2), ChronoUnit.SECONDS).getDuration();
      sum = sum.plus(unit.multipliedBy(Long.parseLong(part.group(1))));
    }
    return sum;
  }
}
