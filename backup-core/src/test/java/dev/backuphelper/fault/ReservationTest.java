package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.catalog.Reservation;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.local.LocalStore;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ids never collide and never run backwards (rule 4). */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ReservationTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00.042Z");
  private static final String ID = "20261120-120000-042";

  @TempDir Path folder;
  private Store store;

  @BeforeEach
  void makeStore() {
    store = LocalStore.in(folder);
  }

  private Reservation take(Instant now) throws IOException {
    return Reservation.take(store, now, id -> List.of("app.db.backup." + id));
  }

  @Test
  void takesTheClocksMoment() throws IOException {
    Reservation reservation = take(NOW);

    assertThat(reservation.id().value()).isEqualTo(ID);
    assertThat(reservation.now()).isEqualTo(NOW);
    assertThat(reservation.behind()).isEmpty();
    assertThat(Files.readString(folder.resolve(".intent-" + ID + ".json")))
        .contains("\"app.db.backup." + ID + "\"", "\"pid\" : " + ProcessHandle.current().pid());
    reservation.close();
    assertThat(Folders.names(folder)).isEmpty();
  }

  @Test
  void takesTheNextMillisecondOnACollision() throws IOException {
    assertThat(take(NOW).id().value()).isEqualTo(ID);
    assertThat(take(NOW).id().value()).isEqualTo("20261120-120000-043");
    assertThat(take(NOW).id().value()).isEqualTo("20261120-120000-044");
  }

  @Test
  void goesOnFromTheNewestIdWhenTheClockIsBehind() throws IOException {
    Files.createFile(folder.resolve("backup-metadata.20270101-000000-999.json"));

    Reservation reservation = take(NOW);

    assertThat(reservation.id().value()).isEqualTo("20270101-000001-000");
    assertThat(reservation.now()).isEqualTo(NOW);
    assertThat(reservation.behind()).contains(new BackupId("20270101-000000-999"));
  }

  @Test
  void countsEveryFileThatHoldsAnId() throws IOException {
    for (String name :
        List.of(
            "app.db.backup.20270101-000000-001",
            "app.db.backup.20270101-000000-002.sha256",
            "app.db.pages.20270101-000000-003",
            "backup-checks.20270101-000000-004.json",
            "backup-pin.20270101-000000-005",
            ".intent-20270101-000000-006.json",
            ".deleted-20270101-000000-007.json",
            ".open-20270101-000000-008.json")) {
      Files.createFile(folder.resolve(name));
      BackupId id = take(NOW).id();
      assertThat(id.value())
          .as("beside %s", name)
          .isGreaterThan("20270101-000000-00" + name.replaceAll(".*-00(\\d).*", "$1"));
      store.delete(".intent-" + id + ".json");
    }
  }

  @Test
  void doesNotCountWhatOnlyLooksLikeAnId() throws IOException {
    for (String name :
        List.of(
            "app.db.backup.20271399-000000-001",
            "backup-metadata.20270101-000000.json",
            "notes-20270101-000000-001.txt",
            ".staging-00000000-1-1-20270101")) {
      Files.createFile(folder.resolve(name));
    }

    assertThat(take(NOW).id().value()).isEqualTo(ID);
  }

  @Test
  void followsAClockThatIsFarAhead() throws IOException {
    assertThat(take(Instant.parse("2999-12-31T23:59:59.999Z")).id().value())
        .isEqualTo("29991231-235959-999");
    Reservation next = take(NOW);
    assertThat(next.id().value()).isEqualTo("30000101-000000-000");
    assertThat(next.behind()).isPresent();
  }

  @Test
  void neverGivesTheSameIdTwiceToThreadsAtOnce() throws Exception {
    int threads = 8;
    int each = 5;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    CountDownLatch start = new CountDownLatch(1);
    try {
      List<Future<List<BackupId>>> taken = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        taken.add(
            executor.submit(
                () -> {
                  start.await();
                  List<BackupId> ids = new ArrayList<>();
                  for (int count = 0; count < each; count++) {
                    ids.add(take(NOW).id());
                  }
                  return ids;
                }));
      }
      start.countDown();
      List<BackupId> all = new ArrayList<>();
      for (Future<List<BackupId>> future : taken) {
        List<BackupId> ids = future.get();
        assertThat(ids).as("of one thread").isSorted();
        all.addAll(ids);
      }
      assertThat(all).hasSize(threads * each).doesNotHaveDuplicates();
      assertThat(Folders.names(folder)).hasSize(all.size());
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void leavesNothingWhenItsIntentCannotBeWritten() throws IOException {
    Faults faults = new Faults();
    FaultyFileSystem files = new FaultyFileSystem(faults);
    Store faulty = LocalStore.in(files.path(folder));
    faults.armFullAfter(100);

    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> Reservation.take(faulty, NOW, id -> List.of())))
        .isInstanceOf(IOException.class);
    assertThat(faults.fired()).isTrue();
    assertThat(Folders.names(folder)).isEmpty();
  }
}
