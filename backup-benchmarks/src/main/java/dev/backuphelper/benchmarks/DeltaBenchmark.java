package dev.backuphelper.benchmarks;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.internal.delta.ChangedPages;
import dev.backuphelper.internal.delta.DeltaReader;
import dev.backuphelper.internal.delta.DeltaWriter;
import dev.backuphelper.internal.delta.FormerImage;
import dev.backuphelper.internal.delta.FormerPages;
import dev.backuphelper.internal.delta.PageMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
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

/** What an incremental backup does with an image of which every hundredth page changed. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class DeltaBenchmark {
  private static final int PAGE_SIZE = 4096;
  private static final int CHANGED_OF = 100;

  /** The size of the image in MiB. */
  @Param("64")
  public int mebibytes = 64;

  @SuppressWarnings("NullAway.Init") // by JMH, which calls the set-up first
  private Image image;

  @SuppressWarnings("NullAway.Init") // the same
  private DeltaWriter writer;

  /** Makes an image, its map, and a delta. */
  @Setup(Level.Trial)
  public void makeFiles() throws IOException {
    image = Image.of(mebibytes);
    hash();
    int pageCount = (int) (Files.size(image.path()) / PAGE_SIZE);
    BitSet changed = new BitSet();
    for (int page = 0; page < pageCount; page += CHANGED_OF) {
      changed.set(page);
    }
    String sha256 = CodecPipeline.digest(image.path()).sha256();
    writer = new DeltaWriter(image.path(), new ChangedPages(PAGE_SIZE, pageCount, changed), sha256);
    try (OutputStream delta = Files.newOutputStream(delta())) {
      writer.writeTo(delta);
    }
  }

  private Path delta() {
    return image.beside("delta");
  }

  private Path map() {
    return image.beside("map");
  }

  /** Hashes each page. */
  @Benchmark
  public void hash() throws IOException {
    Files.deleteIfExists(map());
    PageMap.write(image.path(), PAGE_SIZE, Files.createFile(map()));
  }

  /** Hashes each page and compares it with the map. */
  @Benchmark
  public ChangedPages compareWithMap() throws IOException {
    Path scratch = image.beside("scratch");
    Files.deleteIfExists(scratch);
    try (InputStream stored = Files.newInputStream(map());
        PageMap former = PageMap.read(stored, PAGE_SIZE, Files.createFile(scratch))) {
      return ChangedPages.of(image.path(), former, (pages, length) -> {}, () -> false);
    }
  }

  /** Compares each page with the one of another image. */
  @Benchmark
  public ChangedPages compareWithImage() throws IOException {
    Path scratch = image.beside("scratch");
    Files.deleteIfExists(scratch);
    try (FormerPages former =
        new FormerImage(
            Files.newInputStream(image.path()),
            Files.size(image.path()),
            PAGE_SIZE,
            Files.createFile(scratch))) {
      return ChangedPages.of(image.path(), former, (pages, length) -> {}, () -> false);
    }
  }

  /** Writes a delta. */
  @Benchmark
  public void write() throws IOException {
    writer.writeTo(OutputStream.nullOutputStream());
  }

  /** Applies a delta to an image. */
  @Benchmark
  public void apply() throws IOException {
    DeltaReader.apply(delta(), image.path());
  }

  /** Removes the files. */
  @TearDown(Level.Trial)
  public void removeFiles() throws IOException {
    image.close();
  }
}
