package dev.backuphelper.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whole folders. */
public final class Folders {
  private static final Path MEMORY = Path.of("/dev/shm");

  private Folders() {}

  /**
   * Returns a new folder, in memory where there is such a place: these tests ask what is written,
   * not whether it survives a power cut, and write a great deal.
   */
  public static Path create() {
    try {
      return (Files.isWritable(MEMORY)
              ? Files.createTempDirectory(MEMORY, "backuphelper-")
              : Files.createTempDirectory("backuphelper-"))
          .toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a folder with all that is in it. */
  public static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies a folder with all that is in it. */
  public static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.copy(
            path,
            to.resolve(from.relativize(path).toString()),
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  /** Returns the names in a folder; none when it is missing. */
  public static SortedSet<String> names(Path folder) {
    if (!Files.exists(folder)) {
      return new TreeSet<>();
    }
    try (Stream<Path> paths = Files.list(folder)) {
      return paths
          .map(path -> String.valueOf(path.getFileName()))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the files below a folder that this process has open, as far as Linux tells. */
  public static List<String> open(Path folder) throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return List.of();
    }
    try (Stream<Path> links = Files.list(descriptors)) {
      return links.map(Folders::end).filter(end -> end.startsWith(folder + "/")).sorted().toList();
    }
  }

  private static String end(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }
}
