package dev.backuphelper.source.sqlite;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the databases that a pattern such as {@code data/*.db} means. */
final class DatabaseGlob {
  private static final String SPECIAL = "*?[{\\";
  private static final String ANY_DEPTH = "**";
  private static final FileVisitOption[] FOLLOW_NONE = {};
  private static final FileVisitOption[] FOLLOW_LINKS = {FileVisitOption.FOLLOW_LINKS};

  /** Names of files that belong to a database without being one. */
  private static final List<String> COMPANIONS =
      List.of(
          "-wal", "-shm", "-journal", ".backup-lock", ".backup-lock.holder", ".backup-open.json");

  /** Ends what a restore makes beside a database, its sidecars included. */
  private static final Pattern LEFT_BY_RESTORE =
      Pattern.compile(
          ".*\\.(?:broken|backup-new|backup-plan)-\\d{8}-\\d{6}-\\d{3}", Pattern.DOTALL);

  private DatabaseGlob() {}

  /**
   * Returns the regular files that match, sorted.
   *
   * @throws NoSuchFileException if none does: nothing found must not become an empty backup
   */
  static List<Path> find(String pattern) throws IOException {
    String slashed = pattern.replace(File.separatorChar, '/');
    Path base = Path.of(fixedPart(slashed));
    String rest = slashed.substring(fixedPart(slashed).length());
    List<Path> found = rest.isEmpty() ? single(base) : matches(base, rest);
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

  private static List<Path> matches(Path base, String pattern) throws IOException {
    Path start = base.toString().isEmpty() ? Path.of(".") : base;
    if (!Files.isDirectory(start)) {
      return List.of();
    }
    PathMatcher matcher = base.getFileSystem().getPathMatcher("glob:" + pattern);
    Path real = start.toRealPath();
    // As in a shell: links to folders are followed where they are named, but not at any depth.
    boolean anyDepth = pattern.contains(ANY_DEPTH);
    int depth = anyDepth ? Integer.MAX_VALUE : (int) segments(pattern);
    FileVisitOption[] options = anyDepth ? FOLLOW_NONE : FOLLOW_LINKS;
    try (Stream<Path> files = Files.walk(real, depth, options)) {
      return files
          .filter(file -> matcher.matches(real.relativize(file)))
          .filter(DatabaseGlob::isDatabaseName)
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isDatabaseName(Path file) {
    String name = file.toString();
    return Files.isRegularFile(file)
        && COMPANIONS.stream().noneMatch(name::endsWith)
        && !LEFT_BY_RESTORE.matcher(name).matches();
  }
}
