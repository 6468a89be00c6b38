package dev.backuphelper.migration.liquibase;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.fixture.Absent;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.net.URLClassLoader;
import java.nio.file.Path;
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

  private Runnable application(ClassLoader loader) throws ReflectiveOperationException {
    return Class.forName(Application.class.getName(), true, loader)
        .asSubclass(Runnable.class)
        .getConstructor(String.class)
        .newInstance(folder.toString());
  }

  @Test
  void protect_withoutLiquibase_saysWhatIsMissing() throws Exception {
    try (URLClassLoader loader = Absent.library("liquibase-core")) {
      Runnable application = application(loader);

      assertThatThrownBy(application::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(
              "Liquibase is not on the class path. Add org.liquibase:liquibase-core 4.33");
    }
  }

  @Test
  void protect_withoutTheFileThatNamesTheStep_saysSo() throws Exception {
    try (URLClassLoader loader =
        Absent.serviceFile("META-INF/services/liquibase.command.CommandStep")) {
      Runnable application = application(loader);

      ClassLoader before = Thread.currentThread().getContextClassLoader();
      Thread.currentThread().setContextClassLoader(loader);
      try {
        assertThatThrownBy(application::run)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageStartingWith(
                "Liquibase does not find the step that would guard its updates");
      } finally {
        Thread.currentThread().setContextClassLoader(before);
      }
    }
  }
}
