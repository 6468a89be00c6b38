package dev.backuphelper.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Each benchmark runs; what it measures here means nothing. */
class BenchmarksTest {
  private static final int DIGESTS = 1;
  private static final int DELTAS = 5;
  private static final int PIPELINES = 2 * PipelineBenchmark.Steps.values().length;

  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES)
  void each_runs() throws RunnerException {
    Options once =
        new OptionsBuilder()
            .include("dev[.]backuphelper[.]benchmarks[.]")
            .param("mebibytes", "1")
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(1))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();

    assertThat(new Runner(once).run()).hasSize(DIGESTS + DELTAS + PIPELINES);
  }
}
