package dev.backuphelper.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.crash.Aftermath.Ending;
import dev.backuphelper.testing.ChildJvm;
import dev.backuphelper.testing.Effort;
import dev.backuphelper.testing.InParallel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A child process is killed as it enters a system call that changes a file, SQLite's own calls
 * included. Needs {@code strace}.
 */
@Timeout(value = 90, unit = TimeUnit.MINUTES)
class SystemCallKillTest {
  private static final List<String> CALLS =
      List.of("rename", "unlink", "fsync", "fdatasync", "ftruncate", "pwrite64");
  private static final Pattern TRACED = Pattern.compile("(\\d+) +(\\w+)\\(.*");

  // Pages are written one by one, and one is like another; each day others are tried.
  private static final int CALLS_OF_A_KIND = 12;

  // The last few come too late, and a run may make one less than the run that was counted.
  private static final int TRIES = 4;

  @TempDir private Path folder;

  /** A call, counted from 1 among those of its name. */
  private record Call(String name, int number) {}

  @BeforeAll
  static void needStrace() throws Exception {
    Process probe;
    try {
      probe = new ProcessBuilder("strace", "-f", "-e", "trace=none", "true").start();
    } catch (IOException missing) {
      probe = null;
    }
    assumeThat(probe).as("strace").isNotNull();
    assumeThat(probe.waitFor()).as("strace works here").isZero();
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "CREATE_TWO",
        "IMPORT",
        "RESTORE_WAL",
        "RESTORE_OTHER_PAGES",
        "RESTORE_GARBAGE",
        "RESTORE_THREE",
        "CLEAN"
      })
  void killedAtASystemCall_nothingIsHarmed(Scenario scenario) throws Exception {
    Random random = new Random(Effort.SEED ^ scenario.name().hashCode());
    List<Call> all = calls(scenario, random);
    List<Call> order = Effort.choose(all, TRIES, random);

    List<Call> hit = Effort.THOROUGH ? hits(scenario, order) : firstHit(scenario, order);

    Effort.report(
        "%s killed at %d of %d system calls, %s"
            .formatted(scenario, hit.size(), all.size(), Effort.THOROUGH ? "all tried" : hit));
    assertThat(hit)
        .as("killed, of %s", order)
        .hasSizeGreaterThanOrEqualTo(Effort.of(1, order.size() * 3 / 4));
  }

  private List<Call> hits(Scenario scenario, List<Call> calls) throws InterruptedException {
    List<Call> hits = Collections.synchronizedList(new ArrayList<>());
    InParallel.forEach(
        calls,
        call -> {
          if (kill(scenario, call)) {
            hits.add(call);
          }
        });
    return hits;
  }

  private List<Call> firstHit(Scenario scenario, List<Call> calls) throws Exception {
    for (Call call : calls) {
      if (kill(scenario, call)) {
        return List.of(call);
      }
    }
    return List.of();
  }

  private boolean kill(Scenario scenario, Call call) throws Exception {
    World world = newWorld(scenario);
    Aftermath aftermath = new Aftermath(scenario, world);
    String injected = "inject=" + call.name() + ":signal=KILL:when=" + call.number();
    List<String> strace =
        List.of("strace", "-f", "-o", "/dev/null", "-e", "trace=" + call.name(), "-e", injected);
    boolean killed;
    // The last calls come after the work is done, when the JVM removes its own temporary files.
    try (ChildJvm child =
        CrashingProcess.startUnder(strace, scenario, scenario, world, CrashPoints.NONE)) {
      killed = !child.readAll().contains("done");
      assertThat(child.awaitExit()).isIn(ChildJvm.KILLED, killed ? ChildJvm.KILLED : 0);
    }
    if (scenario.name().startsWith("RESTORE_")) {
      aftermath.requireRecovered(Ending.EITHER);
      if (scenario == Scenario.RESTORE_OTHER_PAGES) {
        // Whose log was taken away for a moment.
        assertThat(LiveDatabase.ask(world.database("a.db"), "PRAGMA journal_mode"))
            .isEqualTo("wal");
      }
    } else {
      aftermath.requireSoundStore(scenario == Scenario.CLEAN);
    }
    LiveDatabase.deleteTree(world.folder());
    return killed;
  }

  /** Returns the calls of the thread that makes most of them, which is the one that works. */
  private List<Call> calls(Scenario scenario, Random random) throws Exception {
    World world = newWorld(scenario);
    Path trace = folder.resolve("trace-" + scenario);
    List<String> strace =
        List.of("strace", "-f", "-o", trace.toString(), "-e", "trace=" + String.join(",", CALLS));
    try (ChildJvm child =
        CrashingProcess.startUnder(strace, scenario, scenario, world, CrashPoints.NONE)) {
      assertThat(child.readAll()).containsExactly("ready", "done");
    }
    Map<String, Map<String, Integer>> counts = new HashMap<>();
    for (String line : Files.readAllLines(trace)) {
      Matcher traced = TRACED.matcher(line);
      if (traced.matches()) {
        counts
            .computeIfAbsent(traced.group(1), thread -> new TreeMap<>())
            .merge(traced.group(2), 1, Integer::sum);
      }
    }
    return calls(
        counts.values().stream()
            .max(java.util.Comparator.comparing(SystemCallKillTest::sum))
            .orElseThrow(),
        random);
  }

  private static int sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  private static List<Call> calls(Map<String, Integer> counts, Random random) {
    List<Call> calls = new ArrayList<>();
    counts.forEach(
        (name, count) -> {
          int step = Math.max(1, count / CALLS_OF_A_KIND);
          for (int number = 1 + random.nextInt(step); number <= count; number += step) {
            calls.add(new Call(name, number));
          }
        });
    return calls;
  }

  private World newWorld(Scenario scenario) throws IOException {
    World world = World.in(Files.createTempDirectory(folder, "world-"), World.SMALL);
    scenario.prepare(world);
    return world;
  }
}
