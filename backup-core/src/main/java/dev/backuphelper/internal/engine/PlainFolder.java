package dev.backuphelper.internal.engine;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.SourceException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** A folder of database files that this tool did not write. Links in it are not followed. */
final class PlainFolder {
  private static final List<String> USUAL_PATTERNS =
      List.of("*.{db,sqlite,sqlite3}", "*.{db,sqlite,sqlite3}.{gz,zst}");

  private final Path folder;
  private final List<String> patterns;

  /** An empty list of patterns means the usual ones. */
  PlainFolder(Path folder, List<String> patterns) {
    this.folder = folder;
    this.patterns = patterns.isEmpty() ? USUAL_PATTERNS : patterns;
  }

  /**
   * One file of the folder.
   *
   * @param path where it is
   * @param size its bytes
   * @param modified when it was changed last: plain files record no time of their own
   * @param key what tells it from another file of that name; null where the system does not
   */
  record Entry(Path path, long size, FileTime modified, @Nullable Object key) {
    /** Tells whether it is still what it was when it was looked at. */
    boolean isSame() throws IOException {
      return entry(path).filter(this::equals).isPresent();
    }
  }

  /** Returns the files whose names match, newest first. */
  List<Entry> files() throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new SourceException(
          ErrorCode.SOURCE_NOT_FOUND, "the folder does not exist: " + folder, "Check the path.");
    }
    List<PathMatcher> matchers = new ArrayList<>();
    for (String pattern : patterns) {
      matchers.add(matcher(pattern));
    }
    List<Entry> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      for (Path path : stream) {
        if (matchers.stream().anyMatch(matcher -> matcher.matches(path.getFileName()))) {
          entry(path).ifPresent(entries::add);
        }
      }
    } catch (DirectoryIteratorException failure) {
      throw failure.getCause();
    }
    entries.sort(
        Comparator.comparing(Entry::modified)
            .thenComparing(entry -> entry.path().toString())
            .reversed());
    return entries;
  }

  private static Optional<Entry> entry(Path path) throws IOException {
    try {
      BasicFileAttributes file =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return file.isRegularFile()
          ? Optional.of(new Entry(path, file.size(), file.lastModifiedTime(), file.fileKey()))
          : Optional.empty();
    } catch (NoSuchFileException removedMeanwhile) {
      return Optional.empty();
    }
  }

  private PathMatcher matcher(String pattern) {
    try {
      return folder.getFileSystem().getPathMatcher("glob:" + pattern);
    } catch (PatternSyntaxException invalid) {
      throw new InvalidRequestException(
          "not a pattern of file names: " + pattern, "Use * and ?, as in *.db", invalid);
    }
  }
}
