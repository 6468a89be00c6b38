package dev.backuphelper.migration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whole folders. */
final class Folders {
  private static final Path MEMORY = Path.of("/dev/shm");

  private Folders() {}

  /**
   * Returns a new folder, in memory where there is such a place: these tests ask what is written,
   * not whether it survives a power cut, and write a great deal.
   */
  static Path create() {
    try {
      return (Files.isWritable(MEMORY)
              ? Files.createTempDirectory(MEMORY, "backuphelper-guard-")
              : Files.createTempDirectory("backuphelper-guard-"))
          .toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the names in a folder; none when it is missing. */
  static SortedSet<String> names(Path folder) {
    if (!Files.exists(folder)) {
      return new TreeSet<>();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(entry -> String.valueOf(entry.getFileName()))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a folder with all that is in it. */
  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
