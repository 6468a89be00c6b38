package dev.backuphelper.model;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The name of one source within a backup: the stem of its artifact's file name, safe on every file
 * system. At most 100 characters of {@code [A-Za-z0-9._-]}, no leading {@code .} or {@code -}, no
 * Windows device name.
 *
 * <p>Immutable and thread-safe.
 *
 * @param value the text form
 */
public record SourceName(String value) implements Comparable<SourceName> {
  /** The longest name, in characters. */
  public static final int MAX_LENGTH = 100;

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");

  // The reserved names of the Windows file naming rules; an extension does not lift the
  // reservation.
  private static final Set<String> WINDOWS_DEVICES =
      Set.of(
          "con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6",
          "com7", "com8", "com9", "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7",
          "lpt8", "lpt9");

  /**
   * Checks the text form.
   *
   * @throws IllegalArgumentException if {@code value} breaks the rule above
   */
  public SourceName {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a valid source name: " + value);
    }
  }

  /** Tells whether {@code text} may be a source name. */
  public static boolean isValid(String text) {
    return FORM.matcher(text).matches() && !isWindowsDevice(text);
  }

  /** Returns the form in which names are compared: two names that differ in case alone are one. */
  public String folded() {
    return value.toLowerCase(Locale.ROOT);
  }

  @Override
  public int compareTo(SourceName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }

  private static boolean isWindowsDevice(String text) {
    int dot = text.indexOf('.');
    String stem = dot < 0 ? text : text.substring(0, dot);
    return WINDOWS_DEVICES.contains(stem.toLowerCase(Locale.ROOT));
  }
}
