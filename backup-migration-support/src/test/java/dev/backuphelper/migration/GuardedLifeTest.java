package dev.backuphelper.migration;

import dev.backuphelper.migration.GuardedLife.Act;
import dev.backuphelper.migration.GuardedLife.Kind;
import dev.backuphelper.testing.Effort;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

/** Random lives of a database under a guard, held against what it should contain. */
class GuardedLifeTest {
  private static final int LONGEST = Effort.of(15, 60);
  private static final int TRIES = Effort.of(1, 12);

  @Provide
  Arbitrary<List<List<Act>>> lives() {
    Arbitrary<Act> acts =
        Combinators.combine(Arbitraries.of(Kind.class), Arbitraries.integers().between(0, 999))
            .as(Act::new);
    return acts.list().ofMinSize(3).ofMaxSize(LONGEST).list().ofSize(TRIES);
  }

  @Property(tries = 15, shrinking = ShrinkingMode.BOUNDED)
  void databaseIsAlwaysWhatTheModelSays(@ForAll("lives") List<List<Act>> lives, @ForAll boolean wal)
      throws Exception {
    for (List<Act> acts : lives) {
      try (GuardedLife life = new GuardedLife(wal)) {
        for (Act act : acts) {
          life.live(act);
        }
        life.end();
      }
    }
  }
}
