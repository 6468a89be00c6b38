package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.codec.TestEncryption;
import dev.backuphelper.event.BackupListener;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Component;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.local.LocalStore;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Two databases and a store with backups of them, always at the same place and always as they were
 * at first after {@link #reset()}. Manifests hold absolute paths, so the place must not change.
 *
 * <p>{@code app.db} keeps a log and is at version 4, {@code orders.db} keeps a rollback journal and
 * is at version 2; neither version is in any backup.
 */
final class World implements AutoCloseable {
  private final Path root;
  private final Path work;
  private final Path template;
  private final Map<BackupId, Backup> backups = new HashMap<>();
  private final Map<BackupId, Map<String, String>> contents = new HashMap<>();
  private final BackupId app1;
  private final BackupId app2;
  private final BackupId both;
  private final BackupId app3;
  private final Map<Path, String> live;

  private World(Path root) throws IOException {
    this.root = root;
    work = Files.createDirectories(root.resolve("work"));
    template = root.resolve("template");
    Files.createDirectories(data());
    Databases.create(app(), true, 1024);
    Databases.create(orders(), false, 1024);
    app1 = record(helper(app()).create());
    Databases.change(app(), 2);
    app2 = record(helper(app()).create());
    both = record(helper(app(), orders()).create());
    Databases.change(app(), 3);
    app3 = record(helper(app()).create());
    Databases.change(app(), 4);
    Databases.change(orders(), 2);
    live = Map.of(app(), Databases.content(app()), orders(), Databases.content(orders()));
    save();
  }

  static World create() throws IOException {
    return new World(Folders.create());
  }

  /** Makes what is there now what {@link #reset()} goes back to. */
  void save() throws IOException {
    Folders.delete(template);
    Folders.copy(work, template);
  }

  /** Makes everything as it was. */
  void reset() throws IOException {
    Folders.delete(work);
    Folders.copy(template, work);
  }

  private BackupId record(Backup backup) {
    Map<String, String> held = new HashMap<>();
    for (Component component : backup.components()) {
      held.put(component.name().value(), Databases.content(Path.of(component.source())));
    }
    contents.put(backup.id(), held);
    backups.put(backup.id(), backup);
    return backup.id();
  }

  Path work() {
    return work;
  }

  Path data() {
    return work.resolve("data");
  }

  Path store() {
    return work.resolve("backups");
  }

  Path app() {
    return data().resolve("app.db");
  }

  Path orders() {
    return data().resolve("orders.db");
  }

  /** Returns the oldest backup, of app.db at version 1. */
  BackupId app1() {
    return app1;
  }

  /** Returns the backup of app.db at version 2. */
  BackupId app2() {
    return app2;
  }

  /** Returns the backup of app.db at version 3, the newest of all. */
  BackupId app3() {
    return app3;
  }

  /** Returns the backup of app.db at version 2 and orders.db at version 1. */
  BackupId both() {
    return both;
  }

  /** Returns the four backups that are there at first. */
  Map<BackupId, Backup> backups() {
    return backups;
  }

  /** Returns what each component of each of these backups holds. */
  Map<BackupId, Map<String, String>> contents() {
    return contents;
  }

  /** Returns what is in the databases at first. */
  Map<Path, String> live() {
    return live;
  }

  BackupHelper helper(Path... databases) {
    return helper(
        LocalStore.in(store()),
        BackupListener.NONE,
        Stream.of(databases).map(SqliteSource::of).toList());
  }

  static BackupHelper helper(
      Store inStore, BackupListener listener, List<? extends Source> databases) {
    return BackupHelper.builder()
        .store(inStore)
        .listener(listener)
        .encryption(TestEncryption.of("new", "old").onRequest())
        .lockTimeout(Duration.ofSeconds(2))
        .sources(databases)
        .build();
  }

  /** Restores one component of a backup into an empty folder and returns what is in it then. */
  String restored(BackupId id, Component component) throws IOException {
    Path folder = Files.createTempDirectory(root, "restored-");
    try {
      Path target = folder.resolve("copy.db");
      helper().restore(RestoreRequest.of(id).component(component.name()).to(target).build());
      return Databases.content(target);
    } finally {
      Folders.delete(folder);
    }
  }

  /** Asserts that the store holds nothing but locks and the files of these backups. */
  void assertNothingElseThan(List<Backup> backups) throws IOException {
    for (String name : Folders.names(store())) {
      boolean known =
          name.equals(".lock")
              || name.equals(".lock.holder")
              || backups.stream().anyMatch(backup -> name.contains(backup.id().value()));
      assertThat(known).as("left in the store: %s", name).isTrue();
      assertThat(name).doesNotStartWith(".intent").doesNotStartWith(".deleted");
    }
  }

  @Override
  public void close() throws IOException {
    Folders.delete(root);
  }
}
