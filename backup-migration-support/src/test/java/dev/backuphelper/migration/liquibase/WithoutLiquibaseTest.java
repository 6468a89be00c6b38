package dev.backuphelper.migration.liquibase;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user meets who forgot Liquibase. */
class WithoutLiquibaseTest {
  @TempDir Path folder;

  /** What an application does; loaded where Liquibase is missing. */
  public static final class Application implements Runnable {
    private final String folder;

    public Application(String folder) {
      this.folder = folder;
    }

    @Override
    public void run() {
      MigrationGuard guard =
          MigrationGuard.of(
              BackupHelper.builder()
                  .source(SqliteSource.of(Path.of(folder, "app.db")))
                  .directory(Path.of(folder, "backups"))
                  .build());
      try {
        LiquibaseGuard.protect(guard).close();
      } catch (InvalidRequestException told) {
        throw new IllegalStateException(told.getMessage() + ". " + told.hint().orElse(""), told);
      }
    }
  }

  @Test
  void protect_saysWhatIsMissing() throws Exception {
    URL[] withoutLiquibase =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("liquibase-core"))
            .map(WithoutLiquibaseTest::url)
            .toArray(URL[]::new);
    try (URLClassLoader loader =
        new URLClassLoader(withoutLiquibase, ClassLoader.getPlatformClassLoader())) {
      Runnable application =
          (Runnable)
              Class.forName(Application.class.getName(), true, loader)
                  .getConstructor(String.class)
                  .newInstance(folder.toString());

      assertThatThrownBy(application::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(
              "Liquibase is not on the class path. Add org.liquibase:liquibase-core 4.33");
    }
  }

  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }
}
