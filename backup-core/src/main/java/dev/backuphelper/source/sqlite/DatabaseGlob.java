package dev.backuphelper.source.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.stream.Stream;

/** Finds the databases that a pattern such as {@code data/*.db} means. */
final class DatabaseGlob {
  private static final String SPECIAL = "*?[{\\";
  private static final String ANY_DEPTH = "**";

  /** Names of files that belong to a database without being one. */
  private static final List<String> COMPANIONS =
      List.of("-wal", "-shm", "-journal", ".backup-lock", ".backup-open.json");

  private DatabaseGlob() {}

  /**
   * Returns the regular files that match, sorted.
   *
   * @throws NoSuchFileException if none does: nothing found must not become an empty backup
   */
  static List<Path> find(String pattern) throws IOException {
    Path base = Path.of(fixedPart(pattern));
    String rest = pattern.substring(fixedPart(pattern).length());
    PathMatcher matcher = base.getFileSystem().getPathMatcher("glob:" + rest);
    int depth = rest.contains(ANY_DEPTH) ? Integer.MAX_VALUE : (int) segments(rest);
    List<Path> found = rest.isEmpty() ? single(base) : matches(base, matcher, depth);
    if (found.isEmpty()) {
      throw new NoSuchFileException(pattern, null, "no database matches");
    }
    return found;
  }

  /** Returns the folders before the first special character, with their slash. */
  private static String fixedPart(String pattern) {
    int special = 0;
    while (special < pattern.length() && SPECIAL.indexOf(pattern.charAt(special)) < 0) {
      special++;
    }
    return special == pattern.length()
        ? pattern
        : pattern.substring(0, pattern.lastIndexOf('/', special) + 1);
  }

  private static long segments(String pattern) {
    return pattern.chars().filter(character -> character == '/').count() + 1;
  }

  private static List<Path> single(Path file) {
    return isDatabaseName(file) ? List.of(file) : List.of();
  }

  private static List<Path> matches(Path base, PathMatcher matcher, int depth) throws IOException {
    Path start = base.toString().isEmpty() ? Path.of(".") : base;
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(start, depth)) {
      return files
          .filter(file -> matcher.matches(start.relativize(file)))
          .filter(DatabaseGlob::isDatabaseName)
          .map(Path::normalize)
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isDatabaseName(Path file) {
    String name = file.toString();
    return Files.isRegularFile(file) && COMPANIONS.stream().noneMatch(name::endsWith);
  }
}
