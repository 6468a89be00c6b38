package dev.backuphelper.benchmarks;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.Digests;
import dev.backuphelper.codec.Inflated;
import dev.backuphelper.codec.Seal;
import dev.backuphelper.encryption.BackupEncryption;
import dev.backuphelper.encryption.KeyFile;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.CompressionCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** The way between an image of 64 MiB and its artifact, and back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class PipelineBenchmark {
  /** The size of the image in MiB. */
  @Param("64")
  public int mebibytes = 64;

  /** What is done to the bytes. */
  @Param public Steps steps = Steps.NONE;

  @SuppressWarnings("NullAway.Init") // by JMH, which calls the set-up first
  private Image image;

  private @Nullable Seal seal;

  /** What can be done to the bytes. */
  public enum Steps {
    /** Copied and digested. */
    NONE(null, false),
    /** Compressed with zstd. */
    ZSTD(CompressionCodec.ZSTD, false),
    /** Compressed with gzip. */
    GZIP(CompressionCodec.GZIP, false),
    /** Encrypted. */
    ENCRYPTED(null, true),
    /** Compressed with zstd, then encrypted. */
    ZSTD_ENCRYPTED(CompressionCodec.ZSTD, true);

    private final @Nullable CompressionCodec codec;
    private final boolean encrypted;

    Steps(@Nullable CompressionCodec codec, boolean encrypted) {
      this.codec = codec;
      this.encrypted = encrypted;
    }
  }

  /** Makes an image, and an artifact of it. */
  @Setup(Level.Trial)
  public void makeFiles() throws IOException {
    image = Image.of(mebibytes);
    if (steps.encrypted) {
      BackupEncryption keys = BackupEncryption.with(KeyFile.generate(image.beside("key")));
      seal = new Seal(keys.create(BackupId.of(Instant.EPOCH)), "artifact");
    }
    Files.createFile(artifact());
    encode();
  }

  private Path artifact() {
    return image.beside("artifact");
  }

  /** Makes an artifact. */
  @Benchmark
  public Digests encode() throws IOException {
    Compression compression = steps.codec == null ? null : Compression.of(steps.codec);
    return CodecPipeline.encode(image.path(), artifact(), compression, seal, () -> false);
  }

  /** Reads it back. */
  @Benchmark
  public Inflated decode() throws IOException {
    try (InputStream stored = Files.newInputStream(artifact())) {
      return CodecPipeline.decode(
          stored, steps.codec, seal, OutputStream.nullOutputStream(), Long.MAX_VALUE);
    }
  }

  /** Removes the files. */
  @TearDown(Level.Trial)
  public void removeFiles() throws IOException {
    image.close();
  }
}
