package dev.backuphelper.benchmarks;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;

/** A folder with the image of a database, which compresses to about half as they do. */
final class Image implements AutoCloseable {
  private static final long SEED = 1;

  private final Path folder;

  private Image(Path folder) {
    this.folder = folder;
  }

  /** Makes one. */
  static Image of(int mebibytes) throws IOException {
    Image image = new Image(Files.createTempDirectory("backup-benchmark"));
    byte[] random = new byte[1 << 19];
    Random source = new Random(SEED);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(image.path()))) {
      for (int written = 0; written < mebibytes; written++) {
        source.nextBytes(random);
        out.write(HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII));
      }
    }
    return image;
  }

  /** Returns the image. */
  Path path() {
    return beside("image");
  }

  /** Returns another file of the folder. */
  Path beside(String name) {
    return folder.resolve(name);
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(Image::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException kept) {
      throw new UncheckedIOException(kept);
    }
  }
}
