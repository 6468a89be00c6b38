package dev.backuphelper.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a moment from the command line: ISO-8601, in UTC unless it says otherwise. */
final class InstantConverter implements ITypeConverter<Instant> {
  @Override
  public Instant convert(String text) {
    try {
      TemporalAccessor moment =
          DateTimeFormatter.ISO_DATE_TIME.parseBest(
              text, OffsetDateTime::from, LocalDateTime::from);
      return moment instanceof OffsetDateTime zoned
          ? zoned.toInstant()
          : ((LocalDateTime) moment).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException none) {
      throw new TypeConversionException(
          "'" + text + "' is no moment as 2026-11-20T07:02:12Z or 2026-11-20T09:02+02:00");
    }
  }
}
