package dev.backuphelper.testing;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * How much is tried. An ordinary run tries a few, other ones each day; a thorough run ({@code
 * backup.test.thorough}) tries all. The seed is printed and can be given again as {@code
 * -Dbackup.test.seed}.
 */
public final class Effort {
  /** Whether everything is tried, however long it takes. */
  public static final boolean THOROUGH = Boolean.getBoolean("backup.test.thorough");

  /** Where random choices begin; the same for a whole run. */
  @SuppressWarnings("TimeInStaticInitializer")
  public static final long SEED =
      Long.getLong("backup.test.seed", LocalDate.now(ZoneOffset.UTC).toEpochDay());

  private Effort() {}

  /** Returns the one number in ordinary runs, the other in thorough ones. */
  public static int of(int ordinary, int thorough) {
    return THOROUGH ? thorough : ordinary;
  }

  /** Returns so many of the candidates as an ordinary run tries; all of them in a thorough run. */
  public static <T> List<T> choose(List<T> candidates, int ordinary, Random random) {
    if (THOROUGH || candidates.size() <= ordinary) {
      return candidates;
    }
    List<T> shuffled = new ArrayList<>(candidates);
    Collections.shuffle(shuffled, random);
    return List.copyOf(shuffled.subList(0, ordinary));
  }

  /** Says what was tried. */
  @SuppressWarnings("SystemOut") // counts and seeds belong into the log of the build
  public static void report(String what) {
    System.out.println(what + " (seed " + SEED + ")");
  }
}
