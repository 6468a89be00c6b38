package dev.backuphelper.migration;

import dev.backuphelper.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Migrates in a process of its own, and stops in the midst of it until it is told to go on. Says
 * {@code migrating} then, and in the end what came of it.
 *
 * <p>Argument: the folder of a {@link GuardedDatabase}.
 */
final class HoldingProcess {
  private HoldingProcess() {}

  static ChildJvm start(Path scratch, GuardedDatabase app) {
    return ChildJvm.start(scratch, HoldingProcess.class, app.folder());
  }

  /** Migrates a database unless it was migrated; {@code within} is called in the midst of it. */
  static MigrationReport migrate(GuardedDatabase app, GuardPolicy policy, Runnable within) {
    return app.guard()
        .withPolicy(policy)
        .withPending(() -> !Sql.ask(app.database(), "PRAGMA user_version").equals("2"))
        .run(
            GuardedDatabase.LABEL,
            () -> {
              app.sql("CREATE TABLE added(a)");
              within.run();
              app.sql("INSERT INTO added VALUES (1)", "PRAGMA user_version=2");
            });
  }

  @SuppressWarnings("SystemOut") // its output is what the parent waits for
  public static void main(String[] arguments) {
    GuardedDatabase app = GuardedDatabase.at(Path.of(arguments[0]));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    MigrationReport report =
        migrate(
            app,
            GuardPolicy.restoring(),
            () -> {
              System.out.println("migrating");
              awaitLine(in);
            });
    System.out.println(report.outcome().key());
  }

  private static void awaitLine(BufferedReader in) {
    try {
      in.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
