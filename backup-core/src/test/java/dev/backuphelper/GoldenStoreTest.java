package dev.backuphelper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.Verification;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.testing.Folders;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A store of format 1 as its first version wrote it. Every later version lists, verifies and
 * restores it: neither the store nor what is expected of it here may ever change. {@link
 * GoldenStore} tells how it was made.
 */
class GoldenStoreTest {
  private static final String ORDERS = "orders.db";
  private static final String MEMORY = "m_moire_no_1.db-13c9d4";

  @TempDir private Path folder;
  private Path store;
  private BackupHelper backups;

  /** Returns the folder in the resources. */
  String name() {
    return "format-1";
  }

  /** Returns what the names of that backup's artifacts end with. */
  String suffix(BackupId id) {
    return "";
  }

  BackupHelper backups() {
    return backups;
  }

  @BeforeEach
  void copy() throws Exception {
    store = folder.resolve("backups");
    Folders.copy(
        Path.of(
            Objects.requireNonNull(GoldenStoreTest.class.getResource("/golden/" + name())).toURI()),
        store);
    backups = BackupHelper.builder().directory(store).build();
  }

  @Test
  void list_hasAllBackups_withTheirKindsAndMarks() {
    assertThat(backups.listing().unreadable()).isEmpty();
    List<Backup> listed = backups.list();
    assertThat(listed)
        .extracting(Backup::id)
        .containsExactly(
            GoldenStore.SAFETY,
            GoldenStore.UNVERIFIED,
            GoldenStore.DAMAGED,
            GoldenStore.SECOND,
            GoldenStore.FIRST);
    assertThat(listed)
        .extracting(Backup::kind)
        .containsExactly(
            BackupKind.SAFETY,
            BackupKind.ARCHIVE,
            BackupKind.SCHEDULED,
            BackupKind.SCHEDULED,
            BackupKind.MANUAL);
    assertThat(listed).extracting(Backup::pinned).containsExactly(false, false, false, false, true);
    assertThat(listed).extracting(Backup::verified).containsExactly(true, false, false, true, true);
    assertThat(listed)
        .extracting(Backup::damaged)
        .containsExactly(false, false, true, false, false);
    assertThat(listed)
        .extracting(backup -> backup.verification().map(Verification::level).orElseThrow())
        .containsExactly(
            CheckLevel.QUICK, CheckLevel.NONE, CheckLevel.QUICK, CheckLevel.FULL, CheckLevel.QUICK);
    assertThat(listed).extracting(Backup::group).containsOnly(listed.get(0).group());
    assertThat(listed)
        .allSatisfy(
            backup ->
                assertThat(backup.components())
                    .extracting(component -> component.name() + " " + component.source())
                    .containsExactlyInAnyOrder(
                        ORDERS + " /srv/app/orders.db", MEMORY + " /srv/app/mémoire no 1.db"));
  }

  @Test
  void manifest_tellsWhatItWasGiven() {
    Backup first = backups.find(GoldenStore.FIRST).orElseThrow();

    assertThat(first.manifest().description()).isEqualTo("before the move, \"all\" of it");
    assertThat(first.manifest().tags()).isEqualTo(Map.of("release", "1.0", "stage", "prod=eu"));
    assertThat(first.manifest().origin().createdBy()).isEqualTo("ops");
    assertThat(first.manifest().origin().hostname()).isEqualTo("server");
    assertThat(first.manifest().origin().gitBranch()).isEqualTo("main");
    assertThat(backups.find(GoldenStore.SAFETY).orElseThrow().manifest().operation())
        .isEqualTo("orders-v42");
  }

  @Test
  void latest_isTheNewestThatIsNoSafetyBackup() {
    assertThat(backups.latest().orElseThrow().id()).isEqualTo(GoldenStore.UNVERIFIED);
    assertThat(backups.resolve("latest").id()).isEqualTo(GoldenStore.UNVERIFIED);
    assertThat(backups.resolve("20260106").id()).isEqualTo(GoldenStore.SECOND);
  }

  @Test
  void verify_findsAllOfThemGood_butTheDamagedDatabase() {
    VerifyReport report = backups.verifyAll();

    assertThat(report.files()).hasSize(10);
    assertThat(report.files())
        .filteredOn(file -> !file.valid())
        .singleElement()
        .satisfies(
            file -> {
              assertThat(file.id()).contains(GoldenStore.DAMAGED);
              assertThat(file.path())
                  .isEqualTo(
                      ORDERS + ".backup." + GoldenStore.DAMAGED + suffix(GoldenStore.DAMAGED));
              assertThat(file.error().orElseThrow())
                  .contains("NULL value in orders.note", "was damaged when it was backed up");
            });
    assertThat(backups.list())
        .extracting(Backup::verified)
        .containsExactly(true, true, false, true, true);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 20260105-070000-000, true",
    "2, 20260106-070000-000, true",
    "3, 20260107-070000-000, false",
    "4, 20260108-070000-000, true",
    "5, 20260109-070000-000, true"
  })
  void restore_givesBackWhatWasThere(int version, String id, boolean sound) {
    Path target = folder.resolve("restored");

    RestoreReport report = backups.restore(RestoreRequest.of(new BackupId(id)).to(target).build());

    assertThat(report.verified()).isEqualTo(sound);
    assertOrders(SampleDatabase.at(target.resolve(ORDERS)), version, sound);
    assertMemory(SampleDatabase.at(target.resolve(MEMORY)), version);
  }

  private static void assertOrders(SampleDatabase orders, int version, boolean sound) {
    assertThat(orders.query("PRAGMA integrity_check"))
        .containsExactly(sound ? "ok" : "NULL value in orders.note");
    assertThat(orders.query("PRAGMA user_version")).containsExactly(String.valueOf(version));
    assertThat(orders.query("PRAGMA application_id")).containsExactly("1112033345");
    assertThat(orders.query("PRAGMA page_size")).containsExactly("512");
    assertThat(orders.query("PRAGMA journal_mode")).containsExactly("delete");
    assertThat(orders.query("SELECT type || ' ' || name FROM sqlite_schema ORDER BY 1"))
        .containsExactly(
            "index orders_of_customer",
            "table customer",
            "table orders",
            "trigger no_refund",
            "view owed");
    assertThat(orders.query("SELECT id || ' ' || name FROM customer ORDER BY id"))
        .containsExactly("1 Zoë", "2 山田");
    assertThat(
            orders.query(
                "SELECT quote(customer) || ' ' || quote(cents) || ' ' || quote(weight) || ' '"
                    + " || quote(note) || ' ' || quote(substr(photo, 1, 3)) || ' '"
                    + " || quote(length(photo)) FROM orders NOT INDEXED WHERE id < 3 ORDER BY id"))
        .containsExactly(
            "1 9007199254740993 0.1 NULL X'00FF10' 3", "2 250 -1.0e+300 '' X'000000' 700");
    assertThat(orders.query("SELECT note FROM orders NOT INDEXED WHERE id > 2 ORDER BY id"))
        .isEqualTo(
            List.of("version 1", "version 2", "version 3", "version 4", "version 5")
                .subList(0, version));
    assertThat(orders.query("SELECT name || ' ' || cents FROM owed ORDER BY cents"))
        .containsExactly("山田 250", "Zoë " + (9007199254740993L + 100L * version));
  }

  private static void assertMemory(SampleDatabase memory, int version) {
    assertThat(memory.query("PRAGMA integrity_check")).containsExactly("ok");
    assertThat(memory.query("PRAGMA journal_mode")).containsExactly("wal");
    assertThat(memory.query("SELECT key || ' ' || quote(value) FROM fact ORDER BY key"))
        .containsExactly("a 1", "b 'two'", "c X'03'", "version " + version);
  }
}
