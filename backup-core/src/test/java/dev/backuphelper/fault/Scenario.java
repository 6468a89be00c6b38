package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.ExportedBackup;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.error.RestoreFailedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.event.BackupListener;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.local.LocalStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * An operation that is to be tried while files fail, and what it does when none does.
 *
 * @param name what it is called in messages
 * @param before makes of the world what the operation needs, without faults
 * @param action the operation
 * @param restores the content that each database has afterwards, of those that change
 * @param removes the backups that go
 */
record Scenario(
    String name, Step before, Action action, Map<String, String> restores, Set<BackupId> removes) {

  /** Something done without faults. */
  interface Step {
    void run(World world) throws IOException;
  }

  /** Something done while files fail. */
  interface Action {
    void run(World world, Means means) throws IOException;
  }

  /**
   * What an operation works on.
   *
   * @param paths makes a path one that may fail
   * @param store the store that may fail
   * @param sources makes a source one that may fail
   */
  record Means(UnaryOperator<Path> paths, Store store, UnaryOperator<Source> sources) {
    /** Returns means whose files fail, and so all that is made of files. */
    static Means ofFiles(FaultyFileSystem files, World world) {
      return new Means(
          files::path, LocalStore.in(files.path(world.store())), UnaryOperator.identity());
    }

    /** Returns means whose store and engine fail. */
    static Means ofParts(Faults faults, World world) {
      return new Means(
          UnaryOperator.identity(),
          new FaultyStore(LocalStore.in(world.store()), faults),
          source -> new FaultySource(source, faults));
    }

    BackupHelper helper(Path... databases) {
      return helper(BackupListener.NONE, databases);
    }

    BackupHelper helper(BackupListener listener, Path... databases) {
      return World.helper(
          store,
          listener,
          Stream.of(databases)
              .map(database -> sources.apply(SqliteSource.of(paths.apply(database))))
              .toList());
    }
  }

  private static final Step AS_IT_IS = world -> {};
  private static final CreateRequest COMPRESSED =
      CreateRequest.builder().compress(Compression.zstd()).build();

  private static final CreateRequest ENCRYPTED =
      CreateRequest.builder().encrypt(true).compress(Compression.gzip()).build();

  private static final CreateRequest INCREMENTAL =
      CreateRequest.builder().type(BackupType.INCREMENTAL).compress(Compression.zstd()).build();

  private static final CreateRequest ENCRYPTED_CHAIN =
      CreateRequest.builder().automaticType().encrypt(true).build();

  /** Tells whether it begins with something half done. */
  boolean isRecovery() {
    return name.startsWith("recover");
  }

  @Override
  public String toString() {
    return name;
  }

  /** Returns all of them. */
  static List<Scenario> all(World world) {
    String app1 = world.contents().get(world.app1()).get("app.db");
    Map<String, String> both = world.contents().get(world.both());
    return List.of(
        new Scenario(
            "create of one",
            AS_IT_IS,
            (w, means) -> means.helper(w.app()).create(),
            Map.of(),
            Set.of()),
        new Scenario(
            "create of two",
            AS_IT_IS,
            (w, means) -> means.helper(w.app(), w.orders()).create(),
            Map.of(),
            Set.of()),
        new Scenario(
            "create of two, compressed",
            AS_IT_IS,
            (w, means) -> means.helper(w.app(), w.orders()).create(COMPRESSED),
            Map.of(),
            Set.of()),
        new Scenario(
            "verify of a compressed one",
            w -> w.helper(w.app(), w.orders()).create(COMPRESSED),
            (w, means) -> assertThat(means.helper().verifyAll().allValid()).isTrue(),
            Map.of(),
            Set.of()),
        restoreOf(
            "restore of a compressed one",
            world,
            w -> w.helper(w.app(), w.orders()).create(COMPRESSED)),
        new Scenario(
            "create of two, encrypted",
            AS_IT_IS,
            (w, means) -> means.helper(w.app(), w.orders()).create(ENCRYPTED),
            Map.of(),
            Set.of()),
        restoreOf(
            "restore of an encrypted one",
            world,
            w -> w.helper(w.app(), w.orders()).create(ENCRYPTED)),
        new Scenario(
            "create of the first of a chain",
            AS_IT_IS,
            (w, means) -> means.helper(w.app(), w.orders()).create(ENCRYPTED_CHAIN),
            Map.of(),
            Set.of()),
        new Scenario(
            "create of an incremental one",
            AS_IT_IS,
            (w, means) -> means.helper(w.app(), w.orders()).create(INCREMENTAL),
            Map.of(),
            Set.of()),
        new Scenario(
            "create of one on a chain",
            Scenario::makeChain,
            (w, means) -> means.helper(w.app(), w.orders()).create(ENCRYPTED_CHAIN),
            Map.of(),
            Set.of()),
        new Scenario(
            "verify of a chain",
            Scenario::makeChain,
            (w, means) -> assertThat(means.helper().verifyAll().allValid()).isTrue(),
            Map.of(),
            Set.of()),
        restoreOf("restore of a chain", world, Scenario::makeChain),
        new Scenario(
            "import of a chain",
            w -> makeChain(w, elsewhere(w)),
            Scenario::takeOver,
            Map.of(),
            Set.of()),
        new Scenario(
            "restore where nothing is",
            w -> Files.delete(w.app()),
            (w, means) -> means.helper(w.app()).restore(w.app1()),
            Map.of("app.db", app1),
            Set.of()),
        new Scenario(
            "restore over a database",
            AS_IT_IS,
            (w, means) -> means.helper(w.app()).restore(w.app1()),
            Map.of("app.db", app1),
            Set.of()),
        new Scenario(
            "restore over an empty file",
            w -> Files.write(w.app(), new byte[0]),
            (w, means) -> means.helper(w.app()).restore(w.app1()),
            Map.of("app.db", app1),
            Set.of()),
        new Scenario(
            "restore over something unreadable",
            Scenario::ruin,
            (w, means) -> means.helper(w.app()).restore(w.app1()),
            Map.of("app.db", app1),
            Set.of()),
        new Scenario(
            "restore of two",
            AS_IT_IS,
            (w, means) -> means.helper(w.app(), w.orders()).restore(w.both()),
            both,
            Set.of()),
        new Scenario(
            "restore of a plain file",
            AS_IT_IS,
            (w, means) -> restorePlainFile(w, means),
            Map.of("app.db", app1),
            Set.of()),
        new Scenario(
            "verify",
            AS_IT_IS,
            (w, means) -> assertThat(means.helper().verifyAll().allValid()).isTrue(),
            Map.of(),
            Set.of()),
        new Scenario(
            "clean",
            AS_IT_IS,
            (w, means) -> assertThat(means.helper().cleanOld(1).errors()).isEmpty(),
            Map.of(),
            Set.of(world.app1(), world.app2())),
        new Scenario(
            "delete",
            AS_IT_IS,
            (w, means) ->
                assertThat(means.helper().delete(List.of(w.app2(), w.both()), true, false).errors())
                    .isEmpty(),
            Map.of(),
            Set.of(world.app2(), world.both())),
        new Scenario(
            "pin", AS_IT_IS, (w, means) -> means.helper().pin(w.app1()), Map.of(), Set.of()),
        new Scenario(
            "unpin",
            w -> w.helper().pin(w.app2()),
            (w, means) -> means.helper().unpin(w.app2()),
            Map.of(),
            Set.of()),
        new Scenario(
            "recover of a restore that died early",
            w -> abandonRestore(w, "target-written", 1),
            Scenario::recover,
            both,
            Set.of()),
        new Scenario(
            "recover of a restore that died late",
            w -> abandonRestore(w, "phase-writing", 2),
            Scenario::recover,
            both,
            Set.of()),
        new Scenario(
            "recover of leftovers",
            Scenario::abandonCreateAndRemoval,
            Scenario::recover,
            Map.of(),
            Set.of(world.app2())));
  }

  private static Scenario restoreOf(String name, World world, Step made) {
    return new Scenario(
        name,
        w -> {
          made.run(w);
          Databases.change(w.app(), 7);
          Databases.change(w.orders(), 7);
        },
        (w, means) -> means.helper(w.app(), w.orders()).restore(w.helper().list().get(0).id()),
        Map.of(
            "app.db", world.live().get(world.app()),
            "orders.db", world.live().get(world.orders())),
        Set.of());
  }

  /** A table comes and goes between two incremental backups, the others stay. */
  private static void makeChain(World world) {
    makeChain(world, world.helper(world.app(), world.orders()));
  }

  private static void makeChain(World world, BackupHelper backups) {
    List<Path> databases = List.of(world.app(), world.orders());
    databases.forEach(
        database ->
            Databases.run(
                database,
                "CREATE TABLE passing(data)",
                "INSERT INTO passing VALUES (zeroblob(9000))"));
    backups.create(ENCRYPTED_CHAIN);
    databases.forEach(database -> Databases.run(database, "DROP TABLE passing"));
    backups.create(ENCRYPTED_CHAIN);
  }

  private static BackupHelper elsewhere(World world) {
    return World.helper(
        LocalStore.in(world.work().resolve("elsewhere")),
        BackupListener.NONE,
        List.of(SqliteSource.of(world.app()), SqliteSource.of(world.orders())));
  }

  private static void takeOver(World world, Means means) throws IOException {
    BackupHelper elsewhere = elsewhere(world);
    try (ExportedBackup exported = elsewhere.export(elsewhere.list().get(0).id())) {
      assertThat(means.helper().importFrom(exported).imported()).hasSize(2);
    }
  }

  private static void ruin(World world) throws IOException {
    Files.write(world.app(), "no database, but all there is\n".getBytes(StandardCharsets.UTF_8));
    Files.write(
        world.app().resolveSibling("app.db-wal"), "its log".getBytes(StandardCharsets.UTF_8));
  }

  private static void restorePlainFile(World world, Means means) {
    Path file = world.store().resolve("app.db.backup." + world.app1());
    means
        .helper()
        .restore(
            RestoreRequest.ofFile(means.paths().apply(file))
                .to(means.paths().apply(world.app()))
                .build());
  }

  /** Lets a restore of both die at the n-th time that it reaches a step. */
  private static void abandonRestore(World world, String deadly, int nth) {
    Faults faults = new Faults();
    FaultyFileSystem files = new FaultyFileSystem(faults);
    int[] reached = new int[1];
    BackupListener killer =
        event -> {
          if (event instanceof BackupEvent.Step step && step.step().equals(deadly)) {
            reached[0]++;
            if (reached[0] == nth) {
              faults.arm(Faults.Kind.FAIL, 1, Faults.Span.FOR_EVER);
            }
          }
        };
    Means means = Means.ofFiles(files, world);
    try {
      means.helper(killer, world.app(), world.orders()).restore(world.both());
      throw new AssertionError("the restore should have died");
    } catch (RestoreFailedException died) {
      assertThat(world.helper().openPlans()).hasSize(1);
    }
  }

  private static void abandonCreateAndRemoval(World world) throws IOException {
    String manifest = "backup-metadata." + world.app2() + ".json";
    Files.move(
        world.store().resolve(manifest),
        world.store().resolve(".deleted-" + world.app2() + ".json"));
    Faults faults = new Faults();
    FaultyFileSystem files = new FaultyFileSystem(faults);
    BackupListener killer =
        event -> {
          if (event instanceof BackupEvent.Step step && step.step().equals("checks-written")) {
            faults.arm(Faults.Kind.FAIL, 1, Faults.Span.FOR_EVER);
          }
        };
    Means means = Means.ofFiles(files, world);
    try {
      means.helper(killer, world.app(), world.orders()).create();
      throw new AssertionError("the create should have died");
    } catch (dev.backuphelper.error.BackupException died) {
      Burial.of(world.store());
    }
  }

  private static void recover(World world, Means means) {
    var report =
        means
            .helper(world.app(), world.orders())
            .recover(new RecoverRequest(null, RecoverChoice.RESTORE, false));
    assertThat(report.open()).isEmpty();
  }
}
