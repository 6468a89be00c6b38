package dev.backuphelper.source.sqlite;

import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** The URL that a data source was given. There is no interface for it, but names that are usual. */
final class UrlOfDataSource {
  private static final List<String> GETTERS = List.of("getJdbcUrl", "getUrl");
  private static final String SQLITE = "jdbc:sqlite:";

  private UrlOfDataSource() {}

  /** Returns the file that it names; empty if it names none, or is not told. */
  static Optional<Path> file(DataSource dataSource) {
    return GETTERS.stream()
        .flatMap(getter -> ask(dataSource, getter).stream())
        .findFirst()
        .flatMap(UrlOfDataSource::fileOf);
  }

  private static Optional<String> ask(DataSource dataSource, String getter) {
    try {
      return dataSource.getClass().getMethod(getter).invoke(dataSource) instanceof String url
              && url.startsWith(SQLITE)
          ? Optional.of(url)
          : Optional.empty();
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException notTold) {
      return Optional.empty();
    }
  }

  private static Optional<Path> fileOf(String url) {
    try {
      return Optional.of(JdbcUrl.file(url));
    } catch (IllegalArgumentException noPlainFile) {
      return Optional.empty();
    }
  }
}
