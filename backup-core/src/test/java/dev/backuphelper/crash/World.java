package dev.backuphelper.crash;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.codec.TestEncryption;
import dev.backuphelper.event.BackupListener;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.local.LocalStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Some databases and a store in a folder of their own.
 *
 * @param folder holds both
 * @param rows how many rows a database has, about: tells its size
 */
public record World(Path folder, int rows) {
  /** The rows of a small database. */
  public static final int SMALL = 40;

  private static final Duration LONG = Duration.ofSeconds(20);

  // Of those that die soon, and of which one waits in vain.
  private static final Duration SHORT = Duration.ofMillis(100);

  /** A database that nothing happens to. */
  public static final String BYSTANDER = "bystander.db";

  /** Makes the folders. */
  public static World in(Path folder, int rows) {
    World world = new World(folder, rows);
    try {
      Files.createDirectories(world.data());
      Files.createDirectories(world.scratch());
      LiveDatabase.make(world.database(BYSTANDER), "delete", "bystander", 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return world;
  }

  /** Returns the folder of the databases. */
  public Path data() {
    return folder.resolve("data");
  }

  /** Returns a folder for temporary files. */
  public Path scratch() {
    return folder.resolve("scratch");
  }

  /** Returns the folder of the backups. */
  public Path store() {
    return folder.resolve("store");
  }

  /** Returns where a database is. */
  public Path database(String name) {
    return data().resolve(name);
  }

  /** Returns the library, working on some of the databases. */
  public BackupHelper backups(List<String> databases) {
    return backups(databases, BackupListener.NONE, store -> store, LONG);
  }

  /** Returns the library, whose every step is counted. */
  BackupHelper backups(List<String> databases, CrashPoints points) {
    return backups(databases, points, points::watch, SHORT);
  }

  private BackupHelper backups(
      List<String> databases,
      BackupListener listener,
      UnaryOperator<Store> decorator,
      Duration patience) {
    return builder(databases)
        .store(decorator.apply(LocalStore.in(store())))
        .listener(listener)
        .lockTimeout(patience)
        .build();
  }

  /** Returns a builder of the library, working on some of the databases in the store. */
  public BackupHelper.Builder builder(List<String> databases) {
    return BackupHelper.builder()
        .sources(databases.stream().map(name -> SqliteSource.of(database(name))).toList())
        .directory(store())
        .encryption(TestEncryption.of("new", "old").onRequest())
        .lockTimeout(LONG);
  }

  /** Returns the ids of the backups that were made on purpose, oldest first. */
  public static List<BackupId> manual(BackupHelper backups) {
    return backups.list().stream()
        .filter(backup -> backup.kind() == BackupKind.MANUAL)
        .map(backup -> backup.id())
        .sorted()
        .toList();
  }
}
