package dev.backuphelper.model;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import java.util.Collection;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The identity of a set of sources: backups of the same databases share it. It is the first 16 hex
 * digits of the SHA-256 over one line {@code name TAB path LF} for each source, sorted, in UTF-8.
 *
 * <p>Immutable and thread-safe.
 *
 * @param value 16 lower-case hex digits
 */
public record GroupId(String value) implements Comparable<GroupId> {
  private static final int DIGITS = 16;
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{" + DIGITS + "}");

  /**
   * Checks the text form.
   *
   * @throws IllegalArgumentException if {@code value} is not 16 lower-case hex digits
   */
  public GroupId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("not a group id: " + value);
    }
  }

  /** Returns the group of the given components' names and recorded paths. */
  public static GroupId of(Collection<Component> components) {
    return of(components.stream().collect(toMap(Component::name, Component::source)));
  }

  /** Returns the group of sources with the given names and paths. */
  public static GroupId of(Map<SourceName, String> paths) {
    String text =
        paths.entrySet().stream()
            .map(source -> source.getKey() + "\t" + source.getValue() + "\n")
            .sorted()
            .collect(joining());
    return new GroupId(DigestUtils.sha256Hex(text).substring(0, DIGITS));
  }

  @Override
  public int compareTo(GroupId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
