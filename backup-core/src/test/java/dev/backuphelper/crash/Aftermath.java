package dev.backuphelper.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.report.Listing;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.testing.Effort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** What must hold after a process died, whatever it was doing. */
final class Aftermath {
  // Of a whole run: a machine that is busy is late now and then, a broken recovery always asks.
  private static final AtomicInteger RECOVERED = new AtomicInteger();
  private static final AtomicInteger ASKED = new AtomicInteger();

  private final Scenario scenario;
  private final World world;
  private final BackupHelper backups;
  private final Map<String, String> before;
  private final List<BackupId> listedBefore;

  /**
   * Notes how things stand before the process starts.
   *
   * @param scenario the one whose databases it is about
   */
  Aftermath(Scenario scenario, World world) {
    this.scenario = scenario;
    this.world = world;
    backups = world.backups(scenario.databases());
    before = scenario.contents(world);
    listedBefore = backups.list().stream().map(backup -> backup.id()).toList();
  }

  /** How a restore ends when it was recovered. */
  enum Ending {
    /** As before it began. */
    OLD,
    /** As it was to be. */
    NEW,
    /** One or the other, but not of each a part. */
    EITHER
  }

  /** Checks the store alone: after a create, a clean or a delete. */
  void requireSoundStore(boolean removing) {
    requireSoundBackups(removing);
    requireNextBackupTidiesUp();
    requireSoundBackups(removing);
  }

  /** Removes what is still to be removed. */
  void requireRemovalCanGoOn() {
    backups.cleanOld(2);
    assertThat(backups.list())
        .filteredOn(backup -> !backup.components().get(0).name().value().equals(World.BYSTANDER))
        .hasSize(2);
    assertThat(LiveDatabase.names(world.store()))
        .filteredOn(name -> name.startsWith("a.db.backup."))
        .hasSize(4);
  }

  /** Checks everything after a restore, or the recovery of one, and recovers. */
  void requireRecovered(Ending ending) {
    requireSoundBackups(false);
    scenario.contents(world).forEach(this::requireOldOrNew);
    RecoverReport report = recover();
    assertThat(report.open()).isEmpty();
    assertThat(backups.openPlans()).isEmpty();
    requireEnding(ending);
    requireNextBackupTidiesUp();
    requireSoundBackups(false);
  }

  /**
   * Recovers; where it took too long to find out that nobody else wrote, as a person would say so.
   */
  private RecoverReport recover() {
    RecoverReport planned = backups.recover();
    RECOVERED.addAndGet(planned.resolved().size() + planned.open().size());
    boolean late =
        planned.open().stream()
            .anyMatch(open -> open.reason().contains("nothing is overwritten unasked"));
    if (late) {
      Effort.report("asked for a choice: %s".formatted(planned.open()));
      assertThat(ASKED.incrementAndGet())
          .as("recoveries that ask, of %d", RECOVERED.get())
          .isLessThanOrEqualTo(2 + RECOVERED.get() / 20);
    }
    return late ? backups.recover(new RecoverRequest(null, RecoverChoice.RESTORE, false)) : planned;
  }

  private void requireSoundBackups(boolean removing) {
    Listing listing = backups.listing();
    assertThat(listing.unreadable()).isEmpty();
    if (!removing) {
      assertThat(listing.backups()).extracting(backup -> backup.id()).containsAll(listedBefore);
    }
    assertThat(backups.verifyAll().files())
        .isNotEmpty()
        .allSatisfy(f -> assertThat(f.error()).isEmpty());
  }

  private void requireOldOrNew(String name, String content) {
    Path database = world.database(name);
    boolean setAside = content.equals("missing") && keptAside(database).size() == 1;
    if (!setAside) {
      assertThat(content).as(name).isIn(before.get(name), scenario.restored(world).get(name));
    }
  }

  private void requireEnding(Ending ending) {
    Map<String, String> after = scenario.restored(world);
    Map<String, String> now = scenario.contents(world);
    switch (ending) {
      case OLD -> assertThat(now).isEqualTo(before);
      case NEW -> assertThat(now).isEqualTo(after);
      case EITHER -> assertThat(now).isIn(before, after);
    }
    if (now.equals(after)) {
      before.forEach(this::requireKeptAside);
      for (String name : scenario.databases()) {
        assertThat(LiveDatabase.sidecars(world.database(name))).as("beside " + name).isEmpty();
      }
    }
  }

  private void requireKeptAside(String name, String content) {
    if (content.equals("garbage")) {
      assertThat(keptAside(world.database(name))).hasSize(1);
    }
  }

  private static List<Path> keptAside(Path database) {
    String prefix = database.getFileName() + ".broken-";
    try (Stream<Path> siblings = Files.list(database.resolveSibling(""))) {
      return siblings
          .filter(file -> String.valueOf(file.getFileName()).startsWith(prefix))
          .filter(Aftermath::isGarbageFile)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isGarbageFile(Path file) {
    try {
      return !file.toString().endsWith("-wal") && Scenario.isGarbage(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireNextBackupTidiesUp() {
    BackupId next = world.backups(List.of(World.BYSTANDER)).create().id();
    assertThat(next).isGreaterThan(listedBefore.get(0));
    assertThat(LiveDatabase.names(world.store()))
        .noneMatch(name -> name.matches("\\.(staging|intent|deleted|open)-.*"));
    assertThat(LiveDatabase.names(world.data()))
        .noneMatch(name -> name.matches(".*\\.backup-(?!lock).*"))
        .noneMatch(name -> name.startsWith(".staging-"));
    assertThat(backups.recover().orphans()).isEmpty();
  }
}
