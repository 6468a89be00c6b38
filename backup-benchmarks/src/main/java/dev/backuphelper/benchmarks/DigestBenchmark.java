package dev.backuphelper.benchmarks;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.Digest;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The digest of an image: what a plain backup does beside the checks of its engine. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class DigestBenchmark {
  /** The size of the image in MiB. */
  @Param({"1", "64"})
  public int mebibytes = 1;

  @SuppressWarnings("NullAway.Init") // by JMH, which calls the set-up first
  private Image image;

  /** Makes the image. */
  @Setup(Level.Trial)
  public void makeImage() throws IOException {
    image = Image.of(mebibytes);
  }

  /** Reads a file and digests it. */
  @Benchmark
  public Digest digest() throws IOException {
    return CodecPipeline.digest(image.path());
  }

  /** Removes the image. */
  @TearDown(Level.Trial)
  public void removeImage() throws IOException {
    image.close();
  }
}
