package dev.backuphelper.cli;

import dev.backuphelper.error.InvalidRequestException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A number that an option gives and its name measures: 0 or more, with decimals perhaps.
 *
 * @param value the number
 */
record Amount(BigDecimal value) {
  private static final Pattern FORM = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");
  private static final BigDecimal MILLIS = BigDecimal.valueOf(1000);
  private static final BigDecimal MEBI = BigDecimal.valueOf(1L << 20);
  private static final BigDecimal GIBI = BigDecimal.valueOf(1L << 30);

  /** Returns this amount if it is more than 0. */
  Amount positive(String option) {
    if (value.signum() == 0) {
      throw new InvalidRequestException(option + " must be more than 0", null);
    }
    return this;
  }

  Duration seconds() {
    return Duration.ofMillis(whole(MILLIS));
  }

  Duration hours() {
    return Duration.ofMillis(whole(MILLIS.multiply(BigDecimal.valueOf(3600))));
  }

  Duration days() {
    return Duration.ofMillis(whole(MILLIS.multiply(BigDecimal.valueOf(24 * 3600))));
  }

  long mebibytes() {
    return whole(MEBI);
  }

  long gibibytes() {
    return whole(GIBI);
  }

  private long whole(BigDecimal unit) {
    return value.multiply(unit).setScale(0, RoundingMode.HALF_UP).longValueExact();
  }

  /** Reads an amount from the command line. */
  static final class Converter implements ITypeConverter<Amount> {
    @Override
    public Amount convert(String text) {
      if (!FORM.matcher(text).matches()) {
        throw new TypeConversionException("'" + text + "' is not a number from 0 to 999999999");
      }
      return new Amount(new BigDecimal(text));
    }
  }
}
