package dev.backuphelper.cli;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;

/** The process of {@code demo --crash} that migrates, and is killed half way. */
final class DemoWorker {
  private static final long PATIENCE_SECONDS = 30;

  /** Begins a line that says what was committed. */
  static final String COMMITTED = "committed: ";

  /** The line that asks for the kill. */
  static final String HALF_WAY = "half way";

  private DemoWorker() {}

  /** Takes the database and the store. */
  public static void main(String[] arguments) throws SQLException {
    Logging.configure(false);
    PrintStream out = Environment.system().out();
    Path database = Path.of(arguments[0]);
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(database))
            .directory(Path.of(arguments[1]))
            .build();
    MigrationGuard.of(backups)
        .run(
            ShopDatabase.LABEL,
            () ->
                ShopDatabase.migrateBadly(
                    database, what -> out.println(COMMITTED + what), () -> awaitDeath(out)));
  }

  // Should the demo die first, this migration fails, and is undone.
  private static void awaitDeath(PrintStream out) {
    out.println(HALF_WAY);
    ProcessHandle.current()
        .parent()
        .ifPresent(demo -> demo.onExit().completeOnTimeout(demo, PATIENCE_SECONDS, SECONDS).join());
    throw new IllegalStateException("the demo has ended");
  }
}
