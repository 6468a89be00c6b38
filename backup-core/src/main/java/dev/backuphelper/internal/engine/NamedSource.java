package dev.backuphelper.internal.engine;

import com.google.common.base.CharMatcher;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.source.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A source with the name that it has in a backup: its file's base name, made safe and unique within
 * the set.
 *
 * @param name the name
 * @param path the real path
 * @param source the source, at that path
 */
record NamedSource(SourceName name, Path path, Source source) {
  private static final CharMatcher SAFE =
      CharMatcher.inRange('A', 'Z')
          .or(CharMatcher.inRange('a', 'z'))
          .or(CharMatcher.inRange('0', '9'))
          .or(CharMatcher.anyOf("._-"));
  private static final int HASH_DIGITS = 6;

  /** Names sources that exist; a database that is given twice is taken once. Ordered by name. */
  static List<NamedSource> ofExisting(List<Source> sources) throws IOException {
    Map<Path, Source> byPath = new LinkedHashMap<>();
    for (Source source : sources) {
      add(source.location(), source, byPath);
    }
    return name(byPath);
  }

  /** Names sources that may be missing or no databases any more, as targets of a restore. */
  static List<NamedSource> ofConfigured(List<Source> sources) throws IOException {
    Map<Path, Source> byPath = new LinkedHashMap<>();
    for (Source source : sources) {
      add(source.target().path(), source, byPath);
    }
    return name(byPath);
  }

  // A link may be turned at any time: what gets its name by one file must not be read from another.
  private static void add(Path real, Source source, Map<Path, Source> byPath) {
    byPath.putIfAbsent(real, source.at(real));
  }

  /** Returns the group that a backup of these sources belongs to. */
  static GroupId groupOf(List<NamedSource> sources) {
    Map<SourceName, String> paths = new LinkedHashMap<>();
    sources.forEach(source -> paths.put(source.name(), source.path().toString()));
    return GroupId.of(paths);
  }

  /** Returns the name that a database at a path has on its own. */
  static SourceName nameOf(Path path) {
    return nameOf(baseName(path), false, path);
  }

  private static List<NamedSource> name(Map<Path, Source> byPath) {
    Map<String, Integer> uses = new HashMap<>();
    for (Path path : byPath.keySet()) {
      uses.merge(folded(safe(baseName(path))), 1, Integer::sum);
    }
    List<NamedSource> named = new ArrayList<>();
    for (Map.Entry<Path, Source> entry : byPath.entrySet()) {
      String base = baseName(entry.getKey());
      boolean ambiguous = uses.getOrDefault(folded(safe(base)), 0) > 1;
      named.add(
          new NamedSource(
              nameOf(base, ambiguous, entry.getKey()), entry.getKey(), entry.getValue()));
    }
    named.sort(Comparator.comparing(NamedSource::name));
    requireDistinct(named);
    return named;
  }

  private static SourceName nameOf(String base, boolean ambiguous, Path path) {
    String safe = safe(base);
    if (!ambiguous && safe.equals(base)) {
      return new SourceName(safe);
    }
    String hash =
        CodecPipeline.digest(path.toString().getBytes(StandardCharsets.UTF_8))
            .sha256()
            .substring(0, HASH_DIGITS);
    int room = SourceName.MAX_LENGTH - HASH_DIGITS - 1;
    String stem = safe.length() > room ? safe.substring(0, room) : safe;
    return new SourceName(stem + "-" + hash);
  }

  private static String safe(String base) {
    String safe = SAFE.negate().replaceFrom(base, '_');
    if (safe.startsWith(".") || safe.startsWith("-")) {
      safe = "_" + safe.substring(1);
    }
    if (safe.length() > SourceName.MAX_LENGTH) {
      safe = safe.substring(0, SourceName.MAX_LENGTH);
    }
    return SourceName.isValid(safe) ? safe : "_" + safe;
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static String baseName(Path path) {
    Path name = path.getFileName();
    return name == null ? "_" : name.toString();
  }

  private static void requireDistinct(List<NamedSource> named) {
    if (named.stream().map(n -> n.name().folded()).distinct().count() < named.size()) {
      throw new InvalidRequestException(
          "two of the databases get the same name in a backup: "
              + named.stream().map(n -> n.path().toString()).toList(),
          "Back them up into separate stores.");
    }
  }
}
