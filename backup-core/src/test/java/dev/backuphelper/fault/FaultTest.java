package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.fault.Faults.Kind;
import dev.backuphelper.fault.Faults.Span;
import dev.backuphelper.testing.Effort;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation, while its n-th step fails: once, a few times, for ever from then on, or twice so
 * that what it does about the first failure fails too; while the disk is full; and while one bit of
 * what is read is wrong. The steps that fail are spread evenly, and are others each day. Whatever
 * happens, every listed backup is good, and once recovery has run each restore has happened to all
 * of its targets or to none.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class FaultTest {
  private static final int FEWEST_THOROUGH = 2000;

  private World world;
  private FaultSweep files;
  private FaultSweep parts;

  @BeforeAll
  void makeWorld() throws IOException {
    world = World.create();
    Faults fileFaults = new Faults();
    files =
        new FaultSweep(
            world, fileFaults, Scenario.Means.ofFiles(new FaultyFileSystem(fileFaults), world));
    Faults partFaults = new Faults();
    parts = new FaultSweep(world, partFaults, Scenario.Means.ofParts(partFaults, world));
  }

  @AfterAll
  void deleteWorld() throws IOException {
    world.close();
    int injected = files.injected() + parts.injected();
    Effort.report(
        "faults: %d in files, %d in store and engine, %d in all"
            .formatted(files.injected(), parts.injected(), injected));
    int leftOpen = files.leftOpen() + parts.leftOpen();
    int asked = files.asked() + parts.asked();
    Effort.report("faults: %d left something open, %d a choice".formatted(leftOpen, asked));
    assertThat(injected).isGreaterThanOrEqualTo(Effort.of(0, FEWEST_THOROUGH));
    assertThat(asked).as("choices, of %d", leftOpen).isLessThanOrEqualTo(1 + leftOpen / 20);
  }

  List<Scenario> scenarios() {
    return Scenario.all(world);
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void survivesFailingFiles(Scenario scenario) throws IOException {
    int runs = Effort.of(3, Integer.getInteger("fault.runs", 15));
    for (Span span : Span.values()) {
      files.run(scenario, Kind.FAIL, span, runs);
      files.run(scenario, Kind.TORN, span, runs);
    }
    files.run(scenario, Kind.FULL, Span.FOR_EVER, runs);
    files.run(scenario, Kind.FLIP, Span.ONCE, runs);
    int places = Effort.of(1, Integer.getInteger("fault.places", 5));
    files.runTwice(scenario, Kind.FAIL, places, places);
    files.runTwice(scenario, Kind.TORN, places, places);
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void survivesAFailingStoreAndEngine(Scenario scenario) throws IOException {
    int runs = Effort.of(2, Integer.getInteger("fault.runs", 15));
    for (Span span : Span.values()) {
      parts.run(scenario, Kind.FAIL, span, runs);
      parts.run(scenario, Kind.TORN, span, runs);
    }
    int places = Effort.of(1, Integer.getInteger("fault.places", 5));
    parts.runTwice(scenario, Kind.FAIL, places, places);
    parts.runTwice(scenario, Kind.TORN, places, places);
  }
}
