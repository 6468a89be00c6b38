package dev.backuphelper.cli;

import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.internal.engine.Failures;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** The databases that arguments name: files, or patterns. Stateless. */
final class Databases {
  private Databases() {}

  /**
   * Returns the databases that are named.
   *
   * @param example what to type, for the hint if none is
   */
  static List<SqliteSource> named(List<String> arguments, String example) {
    if (arguments.isEmpty()) {
      throw new InvalidRequestException(
          "no database named", "Name at least one, as in 'backup " + example + "'.");
    }
    return arguments.stream().flatMap(Databases::sources).toList();
  }

  private static Stream<SqliteSource> sources(String database) {
    Path file = Reference.path(database);
    boolean pattern = database.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
    // A file whose name only looks like a pattern is meant by its name.
    return pattern && !Files.exists(file)
        ? matching(database).stream()
        : Stream.of(SqliteSource.of(file));
  }

  private static List<SqliteSource> matching(String pattern) {
    return Failures.translate("cannot look for " + pattern, () -> found(pattern));
  }

  private static List<SqliteSource> found(String pattern) throws IOException {
    try {
      return SqliteSource.glob(pattern);
    } catch (PatternSyntaxException notAPattern) {
      throw new InvalidRequestException("not a pattern: " + pattern, null, notAPattern);
    } catch (NoSuchFileException nothing) {
      throw new SourceException(
          ErrorCode.SOURCE_NOT_FOUND,
          "no database matches " + pattern,
          "Check the folder and the pattern.",
          nothing);
    }
  }
}
