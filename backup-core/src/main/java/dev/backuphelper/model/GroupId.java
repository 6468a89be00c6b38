package dev.backuphelper.model;

import dev.backuphelper.internal.io.Hex;
import java.util.Collection;
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

  /**
   * Checks the text form.
   *
   * @throws IllegalArgumentException if {@code value} is not 16 lower-case hex digits
   */
  public GroupId {
    if (!Hex.is(value, DIGITS)) {
      throw new IllegalArgumentException("not a group id: " + value);
    }
  }

  /** Returns the group of the given components' names and recorded paths. */
  public static GroupId of(Collection<Component> components) {
    String text =
        String.join(
            "",
            components.stream().map(c -> c.name() + "\t" + c.source() + "\n").sorted().toList());
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
