package dev.backuphelper.migration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A migration in several steps, of data and of the schema. Each of them commits, so that between
 * the first and the last there is a mixture, on which the migration cannot be run again.
 */
final class SteppedMigration {
  private static final List<String> STEPS =
      List.of(
          "CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, name TEXT, body BLOB)",
          "CREATE TABLE added(id INTEGER PRIMARY KEY, note TEXT)",
          "INSERT INTO added SELECT id, 'note ' || name FROM t",
          "ALTER TABLE t ADD COLUMN extra TEXT",
          "UPDATE t SET extra = name || ' extra', body = zeroblob(100)",
          "CREATE INDEX by_extra ON t(extra)",
          "DROP TABLE IF EXISTS obsolete",
          "CREATE VIEW both AS SELECT name, note FROM t JOIN added USING (id)",
          "DELETE FROM t WHERE id % 7 = 0",
          "ALTER TABLE t DROP COLUMN body");

  // What changes how the file is kept, rather than what is in it.
  private static final List<String> TURNS =
      List.of("PRAGMA journal_mode=delete", "VACUUM", "PRAGMA journal_mode=wal");

  private static final String LAST_STEP = "PRAGMA user_version=2";

  private final boolean turning;

  /** Creates one; if it is turning, it changes the journal mode too, and writes the file anew. */
  SteppedMigration(boolean turning) {
    this.turning = turning;
  }

  /** Makes a database that is to be migrated; what is in it depends on the arguments alone. */
  static void make(Path database, String mode, int rows) {
    Sql.run(
        database,
        "PRAGMA page_size=1024",
        "PRAGMA journal_mode=" + mode,
        "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, body BLOB)",
        "CREATE TABLE obsolete(a)",
        "INSERT INTO obsolete VALUES ('kept by nobody')",
        ("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < %d)"
                + " INSERT INTO t SELECT i, 'name ' || i, zeroblob(60) FROM r")
            .formatted(rows),
        "PRAGMA user_version=1");
  }

  /** Tells whether a database was not migrated yet; one that is missing stays so. */
  static boolean isPending(Path database) {
    try {
      return !Files.exists(database)
          || Files.size(database) == 0
          || !Sql.ask(database, "PRAGMA user_version").equals("2");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Migrates a database, and tells of each step that is done. */
  void run(Path database, Consumer<String> done) {
    List<String> steps = new ArrayList<>(STEPS);
    if (turning) {
      steps.addAll(TURNS);
    }
    steps.add(LAST_STEP);
    for (int number = 1; number <= steps.size(); number++) {
      Sql.run(database, steps.get(number - 1));
      done.accept("step %d of %s".formatted(number, database.getFileName()));
    }
  }
}
