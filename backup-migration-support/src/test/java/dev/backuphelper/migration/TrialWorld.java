package dev.backuphelper.migration;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.event.BackupListener;
import dev.backuphelper.migration.fixture.CrashPoints;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The databases of a trial and the store of their backups, in a folder of their own.
 *
 * @param trial what is migrated
 * @param folder holds all of it
 * @param rows how many rows a database has: tells its size
 */
record TrialWorld(Trial trial, Path folder, int rows) {
  /** The rows of a small database. */
  static final int SMALL = 60;

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String LABEL = "version-2";

  /** Makes a new one, with databases that are to be migrated. */
  static TrialWorld create(Trial trial, int rows) {
    TrialWorld world = new TrialWorld(trial, Folders.create(), rows);
    try {
      Files.createDirectory(world.data());
      Files.createDirectory(world.scratch());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    trial.make(world.data(), rows);
    return world;
  }

  Path data() {
    return folder.resolve("data");
  }

  Path store() {
    return folder.resolve("store");
  }

  Path scratch() {
    return folder.resolve("scratch");
  }

  List<Path> databases() {
    return trial.databases(data());
  }

  Map<String, String> states() throws Exception {
    return Trial.states(databases());
  }

  BackupHelper backups(BackupListener listener) {
    return BackupHelper.builder()
        .sources(databases().stream().map(SqliteSource::of).toList())
        .directory(store())
        .listener(listener)
        .lockTimeout(PATIENCE)
        .build();
  }

  BackupHelper backups() {
    return backups(BackupListener.NONE);
  }

  /** Returns a guard that migrates as long as one of the databases was not migrated. */
  MigrationGuard guard(BackupListener listener, Runnable found) {
    return MigrationGuard.of(backups(listener))
        .withPolicy(trial.policy().withPatience(PATIENCE))
        .withPending(
            () -> {
              found.run();
              return databases().stream().anyMatch(SteppedMigration::isPending);
            });
  }

  /**
   * Migrates under a guard.
   *
   * @param points hears of every point that is passed
   * @param found called when what a dead process left is resolved, under the lock
   */
  MigrationReport migrate(CrashPoints points, boolean failing, Runnable found) {
    return guard(points, found)
        .run(
            LABEL,
            () -> {
              Consumer<String> done = step -> points.reach("migration: " + step);
              databases().forEach(database -> trial.migration().run(database, done));
              if (failing) {
                throw new IllegalStateException("as it was meant to");
              }
            });
  }

  void delete() {
    Folders.delete(folder);
  }
}
