package dev.backuphelper.retention;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Amounts and lists as people say them. */
final class Words {
  private static final Map<String, Long> BYTE_UNITS = new LinkedHashMap<>();
  private static final List<ChronoUnit> TIME_UNITS =
      List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES, ChronoUnit.SECONDS);

  static {
    BYTE_UNITS.put("TiB", 1L << 40);
    BYTE_UNITS.put("GiB", 1L << 30);
    BYTE_UNITS.put("MiB", 1L << 20);
    BYTE_UNITS.put("KiB", 1L << 10);
    BYTE_UNITS.put("TB", 1_000_000_000_000L);
    BYTE_UNITS.put("GB", 1_000_000_000L);
    BYTE_UNITS.put("MB", 1_000_000L);
    BYTE_UNITS.put("kB", 1_000L);
  }

  private Words() {}

  /** Returns a positive age in the greatest unit that says it exactly: {@code 30 days}. */
  static String of(Duration age) {
    for (ChronoUnit unit : TIME_UNITS) {
      long count = age.dividedBy(unit.getDuration());
      if (unit.getDuration().multipliedBy(count).equals(age)) {
        return count(count, unit.name().toLowerCase(Locale.ROOT));
      }
    }
    return age.toString();
  }

  /** Returns a size in the greatest unit that says it exactly: {@code 5 GiB}. */
  static String ofBytes(long bytes) {
    return BYTE_UNITS.entrySet().stream()
        .filter(unit -> bytes % unit.getValue() == 0)
        .findFirst()
        .map(unit -> bytes / unit.getValue() + " " + unit.getKey())
        .orElseGet(() -> count(bytes, "bytes"));
  }

  /** Returns {@code a, b and c}, with the last two joined by what is given. */
  static String list(List<String> words, String conjunction) {
    int last = words.size() - 1;
    return last < 1
        ? String.join("", words)
        : String.join(", ", words.subList(0, last)) + " " + conjunction + " " + words.get(last);
  }

  private static String count(long count, String plural) {
    return count + " " + (count == 1 ? plural.substring(0, plural.length() - 1) : plural);
  }
}
