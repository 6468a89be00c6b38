package dev.backuphelper.source.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Stream;
import org.sqlite.JDBC;

/**
 * The file that a URL of the driver means. Parameters say how a connection behaves, which is our
 * own affair; they are dropped, but not before it is sure that they are parameters.
 */
final class JdbcUrl {
  private static final String URI_SCHEME = "file:";
  private static final String RESOURCE_SCHEME = ":resource:";

  private JdbcUrl() {}

  /**
   * Returns the path that a URL names.
   *
   * @throws IllegalArgumentException if it names no file
   */
  static Path file(String url) {
    if (!JDBC.isValidURL(url)) {
      throw new IllegalArgumentException("not a jdbc:sqlite: url: " + withoutParameters(url));
    }
    String rest = url.substring(JDBC.PREFIX.length());
    String name = withoutParameters(rest);
    List<String> parameters = parameters(rest);
    if (name.isEmpty() || name.contains(":memory:") || parameters.contains("mode=memory")) {
      throw new IllegalArgumentException(
          "a database in memory has no file to back up: " + JDBC.PREFIX + name);
    }
    if (name.startsWith(RESOURCE_SCHEME)) {
      throw new IllegalArgumentException(
          "a database among resources has no file to back up: " + JDBC.PREFIX + name);
    }
    if (name.startsWith(URI_SCHEME)) {
      return Path.of(uriPath(name.substring(URI_SCHEME.length())));
    }
    requireDriverParameters(name, parameters);
    return Path.of(name);
  }

  /** Parameters may hold a password, so they are kept out of messages too. */
  private static String withoutParameters(String text) {
    int question = text.indexOf('?');
    return question < 0 ? text : text.substring(0, question);
  }

  private static List<String> parameters(String text) {
    int question = text.indexOf('?');
    return question < 0
        ? List.of()
        : Stream.of(text.substring(question + 1).split("&"))
            .map(String::trim)
            .filter(parameter -> !parameter.isEmpty())
            .toList();
  }

  /**
   * After a plain path the driver takes only parameters that it knows; of anything else it makes a
   * part of the file's name.
   */
  private static void requireDriverParameters(String name, List<String> parameters) {
    List<String> known = driverParameters();
    for (String parameter : parameters) {
      String key = parameter.split("=", 2)[0].trim().toLowerCase(Locale.ROOT);
      if (!known.contains(key)) {
        throw new IllegalArgumentException(
            "the driver takes \""
                + key
                + "\" as part of the file name after "
                + JDBC.PREFIX
                + name
                + "?: write jdbc:sqlite:file:... or name the path itself");
      }
    }
  }

  private static List<String> driverParameters() {
    try {
      return Arrays.stream(new JDBC().getPropertyInfo(JDBC.PREFIX, new Properties()))
          .map(property -> property.name)
          .toList();
    } catch (SQLException e) {
      throw new IllegalStateException("the driver does not tell its parameters", e);
    }
  }

  /** SQLite's rules: an authority is empty or localhost, percent signs stand for bytes. */
  private static String uriPath(String rest) {
    String withoutFragment = rest.indexOf('#') < 0 ? rest : rest.substring(0, rest.indexOf('#'));
    String path = withoutFragment;
    if (path.startsWith("//")) {
      int slash = path.indexOf('/', 2);
      String authority = slash < 0 ? path.substring(2) : path.substring(2, slash);
      if (slash < 0 || !(authority.isEmpty() || authority.equals("localhost"))) {
        throw new IllegalArgumentException("a file on another host: " + URI_SCHEME + rest);
      }
      path = path.substring(slash);
    }
    String decoded = PercentCode.decode(path);
    if (decoded.isEmpty()) {
      throw new IllegalArgumentException("no file in " + URI_SCHEME + rest);
    }
    return decoded.matches("/[A-Za-z]:/.*") ? decoded.substring(1) : decoded;
  }
}
