package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.testing.Effort;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random sequences of operations and crashes over several groups of databases in one store, held
 * against what they should have done.
 */
class ModelTest {
  private static final int SEQUENCES = Effort.of(8, Integer.getInteger("model.n", 120));
  private static final int STEPS = Effort.of(25, 40);

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  void theStoreHoldsWhatTheModelHolds() throws IOException {
    int crashes = 0;
    int leftOpen = 0;
    int asked = 0;
    int steps = 0;
    for (int sequence = 0; sequence < SEQUENCES; sequence++) {
      long seed = Effort.SEED * SEQUENCES + sequence;
      try (RandomLife life = new RandomLife(seed)) {
        try {
          for (int step = 0; step < STEPS; step++) {
            life.step();
            steps++;
          }
          life.end();
        } catch (AssertionError | RuntimeException broken) {
          throw new AssertionError(
              "seed %d, after %s: %s".formatted(seed, life.history(), broken.getMessage()), broken);
        }
        crashes += life.crashes();
        leftOpen += life.leftOpen();
        asked += life.asked();
      }
    }
    Effort.report(
        "model: %d sequences, %d steps, %d crashes, of which %d left something open, %d a choice"
            .formatted(SEQUENCES, steps, crashes, leftOpen, asked));
    assertThat(crashes).as("crashes").isGreaterThanOrEqualTo(steps / 20);
    assertThat(asked).as("choices, of %d", leftOpen).isLessThanOrEqualTo(leftOpen / 2);
  }
}
