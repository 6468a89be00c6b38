package dev.backuphelper.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.local.LocalStore;
import dev.backuphelper.testing.ChildJvm;
import dev.backuphelper.testing.Effort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many processes, or many threads, in one store at once. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class ConcurrencyTest {
  private static final int MAKERS = 8;
  private static final List<String> MIX =
      List.of("create", "create", "clean", "restore", "restore elsewhere", "verify");

  @TempDir private Path folder;
  private World world;
  private BackupHelper backups;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    LiveDatabase.make(world.database("a.db"), "wal", "new", World.SMALL);
    backups = world.backups(List.of("a.db"));
  }

  @Test
  void eightProcessesCreatingAtOnce_makeEightDistinctGoodBackups() throws Exception {
    List<String> made = inProcesses(java.util.Collections.nCopies(MAKERS, "create"), 1);

    requireDistinctGoodBackups(made, MAKERS);
  }

  @Test
  void eightThreadsCreatingAtOnce_makeEightDistinctGoodBackups() throws Exception {
    List<String> made = inThreads(java.util.Collections.nCopies(MAKERS, "create"), 3);

    requireDistinctGoodBackups(made, MAKERS * 3);
  }

  @Test
  void processesOfAllKinds_harmNoListedBackup() throws Exception {
    prepareForRestores();

    List<String> said = inProcesses(MIX, Effort.of(6, 150));

    requireNothingHarmed(said);
  }

  @Test
  void threadsOfAllKinds_harmNoListedBackup() throws Exception {
    prepareForRestores();

    List<String> said = inThreads(MIX, Effort.of(10, 300));

    requireNothingHarmed(said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"create", "restore", "verify"})
  void removal_whileTheStoreIsInUse_isLocked(String work) {
    backups.create(CreateRequest.builder().pinned().build());
    BackupId removable = backups.create().id();
    List<ErrorCode> refusals = new ArrayList<>();
    BackupHelper user =
        world
            .builder(List.of("a.db"))
            .store(
                new StoreDecorator(LocalStore.in(world.store())) {
                  @Override
                  public Optional<Path> path(String name) {
                    refusals.add(refusal(() -> backups().cleanOld(1)));
                    return super.path(name);
                  }

                  @Override
                  public void put(String name, byte[] content) throws IOException {
                    refusals.add(refusal(() -> backups().delete(removable)));
                    super.put(name, content);
                  }
                })
            .build();

    Worker.perform(work, user, world);

    assertThat(refusals).hasSizeGreaterThan(1).containsOnly(ErrorCode.LOCKED);
    assertThat(backups.find(removable)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"create", "restore", "verify"})
  void everythingElse_whileSomethingIsRemoved_isLocked(String work) {
    backups.create(CreateRequest.builder().pinned().build());
    BackupId removable = backups.create().id();
    List<ErrorCode> refusals = new ArrayList<>();
    BackupHelper remover =
        world
            .builder(List.of("a.db"))
            .store(
                new WatchedStore(
                    LocalStore.in(world.store()),
                    change -> refusals.add(refusal(() -> inAnotherThread(work)))))
            .build();

    remover.delete(removable);

    assertThat(refusals).hasSizeGreaterThan(5).containsOnly(ErrorCode.LOCKED);
    assertThat(backups.verifyAll().allValid()).isTrue();
  }

  private BackupHelper backups() {
    return world.builder(List.of("a.db")).lockTimeout(Duration.ZERO).build();
  }

  // A thread that holds the lock would be let in again.
  private void inAnotherThread(String work) {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      other.submit(() -> Worker.perform(work, backups(), world)).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BackupException failure) {
        throw failure;
      }
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      other.shutdownNow();
    }
  }

  private static ErrorCode refusal(Runnable work) {
    return catchThrowableOfType(BackupException.class, work::run).code();
  }

  private void prepareForRestores() {
    backups.create(CreateRequest.builder().pinned().build());
    LiveDatabase.fill(world.database("a.db"), "old", World.SMALL * 2);
  }

  private List<String> inProcesses(List<String> works, int times) {
    List<ChildJvm> workers = works.stream().map(work -> Worker.start(world, work, times)).toList();
    try {
      workers.forEach(worker -> worker.await("ready"));
      workers.forEach(worker -> worker.say("go"));
      return workers.stream().flatMap(worker -> worker.readAll().stream()).toList();
    } finally {
      workers.forEach(ChildJvm::close);
    }
  }

  private List<String> inThreads(List<String> works, int times) throws Exception {
    CyclicBarrier start = new CyclicBarrier(works.size());
    ExecutorService threads = Executors.newFixedThreadPool(works.size());
    try {
      List<Callable<List<String>>> tasks = new ArrayList<>();
      for (String work : works) {
        tasks.add(
            () -> {
              start.await();
              List<String> said = new ArrayList<>();
              for (int count = 0; count < times; count++) {
                said.add(attempt(work));
              }
              return said;
            });
      }
      List<String> all = new ArrayList<>();
      for (Future<List<String>> finished : threads.invokeAll(tasks)) {
        all.addAll(finished.get());
      }
      return all;
    } finally {
      threads.shutdownNow();
    }
  }

  private String attempt(String work) {
    try {
      return Worker.perform(work, backups, world);
    } catch (BackupException failure) {
      if (failure.code() != ErrorCode.LOCKED) {
        throw failure;
      }
      return failure.code().name();
    }
  }

  private void requireDistinctGoodBackups(List<String> made, int count) {
    List<Backup> listed = backups.list();
    assertThat(new TreeSet<>(made)).hasSize(count);
    assertThat(listed).extracting(b -> b.id().value()).containsExactlyInAnyOrderElementsOf(made);
    assertThat(listed).allSatisfy(backup -> assertThat(backup.verified()).isTrue());
    assertThat(backups.verifyAll().allValid()).isTrue();
    assertThat(LiveDatabase.names(world.store()))
        .filteredOn(name -> name.startsWith("."))
        .isSubsetOf(".lock", ".lock.holder");
  }

  private void requireNothingHarmed(List<String> said) {
    assertThat(said)
        .allMatch(
            line ->
                BackupId.tryParse(line).isPresent()
                    || line.matches("removed \\d+|valid|RESTORED|LOCKED"));
    long locked = said.stream().filter("LOCKED"::equals).count();
    Effort.report(
        "%d works at once, %d of them found the way locked".formatted(said.size(), locked));
    assertThat(locked).isLessThan(said.size() / 2);
    assertThat(said).contains("RESTORED", "valid");
    assertThat(backups.verifyAll().allValid()).isTrue();
    assertThat(backups.listing().unreadable()).isEmpty();
    assertThat(LiveDatabase.content(world.database("a.db"))).isEqualTo("ok: new x 40");
    assertThat(LiveDatabase.content(world.database("elsewhere.db"))).isEqualTo("ok: new x 40");
    for (Backup backup : backups.list()) {
      Path artifact = world.store().resolve(backup.components().get(0).file());
      assertThat(LiveDatabase.contentUntouched(artifact)).isIn("ok: new x 40", "ok: old x 80");
    }
    backups.create();
    assertThat(backups.openPlans()).isEmpty();
    assertThat(LiveDatabase.names(world.store()))
        .filteredOn(name -> name.startsWith("."))
        .isSubsetOf(".lock", ".lock.holder");
  }
}
