package dev.backuphelper.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.crash.CrashingProcess;
import dev.backuphelper.crash.LiveDatabase;
import dev.backuphelper.crash.Scenario;
import dev.backuphelper.crash.World;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.retention.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule 5: retention removes only after the newest restorable backup that it keeps of each group was
 * read and found good, and never the newest verified one, a pinned one, what a plan names, or what
 * is dated in the future.
 */
@Timeout(120)
class SafetyRule05RetentionNeverRemovesTheLastGoodBackupTest {
  @TempDir private Path folder;
  private World world;
  private final SettableClock clock = new SettableClock("2026-05-01T12:00:00Z");
  private BackupHelper backups;

  @BeforeEach
  void prepare() {
    world = World.in(folder.resolve("world"), World.SMALL);
    LiveDatabase.make(world.database("a.db"), "delete", "new", 40);
    backups = world.builder(List.of("a.db")).clock(clock).build();
  }

  /** Makes backups an hour apart, oldest first. */
  private List<Backup> make(int count) {
    List<Backup> made = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      clock.advance(Duration.ofHours(1));
      made.add(backups.create());
    }
    return made;
  }

  private List<BackupId> listed() {
    return backups.list().stream().map(Backup::id).sorted().toList();
  }

  private static List<BackupId> ids(List<Backup> some) {
    return some.stream().map(Backup::id).toList();
  }

  @Test
  void newestKept_isReadBeforeAnythingGoes_andABadOneDoesNotCount() {
    List<Backup> made = make(3);
    Harm.flipBit(Harm.artifact(world, made.get(2)));
    assertThat(backups.list().get(0).verified()).as("as far as it is recorded").isTrue();

    CleanReport report = backups.cleanOld(1);

    assertThat(listed()).contains(made.get(1).id());
    assertThat(report.removed())
        .extracting(CleanReport.Removed::id)
        .containsExactly(made.get(0).id().value());
    assertThat(backups.verify(made.get(1).id()).allValid()).isTrue();
  }

  @Test
  void dryRunAndRealRun_comeToTheSame_alsoWhenOneIsFoundBad() {
    List<Backup> made = make(4);
    Harm.flipBit(Harm.artifact(world, made.get(3)));
    List<BackupId> before = listed();

    CleanReport rehearsed = backups.cleanOld(RetentionPolicy.keepLast(1), true);

    assertThat(listed()).isEqualTo(before);
    assertThat(backups.list().get(0).verified()).as("a dry run records nothing").isTrue();
    CleanReport report = backups.cleanOld(RetentionPolicy.keepLast(1));
    assertThat(report.removed())
        .extracting(CleanReport.Removed::id)
        .containsExactly(made.get(1).id().value(), made.get(0).id().value())
        .isEqualTo(rehearsed.removed().stream().map(CleanReport.Removed::id).toList());
    assertThat(report.kept()).isEqualTo(rehearsed.kept());
  }

  @Test
  void whatIsFoundBad_isSaid_andAGroupWithoutAGoodOneIsReported() {
    List<Backup> made = make(2);
    Harm.flipBit(Harm.artifact(world, made.get(1)));
    List<String> warnings = new ArrayList<>();
    BackupHelper listening =
        world
            .builder(List.of("a.db"))
            .clock(clock)
            .listener(
                event -> {
                  if (event instanceof BackupEvent.Warning warning) {
                    warnings.add(warning.message());
                  }
                })
            .build();
    RetentionPolicy policy = RetentionPolicy.keepLast(1);

    assertThat(listening.cleanOld(policy, true).unproven()).isEmpty();
    assertThat(warnings).singleElement().asString().contains(made.get(1).id() + " is bad: ");

    Harm.flipBit(Harm.artifact(world, made.get(0)));
    assertThat(listening.cleanOld(policy, true).unproven()).containsExactly("a.db");
    assertThat(listening.cleanOld(policy).unproven()).containsExactly("a.db");
    assertThat(listening.cleanOld(policy).unproven())
        .as("also when nothing is left to read")
        .containsExactly("a.db");
    assertThat(warnings).anyMatch(text -> text.contains(made.get(0).id() + " is bad: "));
    assertThat(listed()).isEqualTo(ids(made));
  }

  @Test
  void whatWasNotAgreedTo_stays() {
    List<Backup> made = make(3);
    RetentionPolicy policy = RetentionPolicy.keepLast(1);
    List<CleanReport> asked = new ArrayList<>();

    CleanReport declined =
        backups.cleanOld(
            policy,
            report -> {
              asked.add(report);
              return false;
            });

    assertThat(asked).containsExactly(declined);
    assertThat(declined.dryRun()).isTrue();
    assertThat(declined.removed()).hasSize(2);
    assertThat(listed()).isEqualTo(ids(made));
    assertThat(backups.cleanOld(policy, report -> true).dryRun()).isFalse();
    assertThat(listed()).containsExactly(made.get(2).id());
  }

  @Test
  void newestKeptIsMissingItsFile_theOlderOneStays() throws Exception {
    List<Backup> made = make(2);
    Files.delete(Harm.artifact(world, made.get(1)));

    backups.cleanOld(1);

    assertThat(listed()).contains(made.get(0).id());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noneIsGood_nothingGoes(boolean byCount) {
    List<Backup> made = make(3);
    made.forEach(backup -> Harm.flipBit(Harm.artifact(world, backup)));
    clock.advance(Duration.ofDays(400));
    RetentionPolicy byAge = RetentionPolicy.builder().maxAge(Duration.ofDays(1)).build();
    RetentionPolicy policy = byCount ? RetentionPolicy.keepLast(1) : byAge;

    CleanReport rehearsed = backups.cleanOld(policy, true);
    CleanReport report = backups.cleanOld(policy);

    assertThat(rehearsed.removed()).isEmpty();
    assertThat(report.removed()).isEmpty();
    assertThat(listed()).isEqualTo(ids(made));
  }

  @Test
  void damagedOne_isNoGoodOne() {
    List<Backup> good = make(1);
    Harm.damage(world.database("a.db"));
    List<Backup> damaged = make(2);
    assertThat(damaged).allMatch(Backup::damaged);

    backups.cleanOld(1);

    assertThat(listed()).contains(good.get(0).id());
  }

  @Test
  void eachGroup_keepsItsOwn() {
    List<Backup> ours = make(2);
    LiveDatabase.make(world.database("b.db"), "wal", "new", 5);
    clock.advance(Duration.ofHours(1));
    Backup theirs = world.builder(List.of("b.db")).clock(clock).build().create();

    backups.cleanOld(1);

    assertThat(listed()).containsExactly(ours.get(1).id(), theirs.id());
  }

  @Test
  void pinnedOne_stays() {
    List<Backup> made = make(3);
    backups.pin(made.get(0).id());

    backups.cleanOld(1);

    assertThat(listed()).containsExactly(made.get(0).id(), made.get(2).id());
    assertThatThrownBy(() -> backups.delete(made.get(0).id()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("pinned");
  }

  @ParameterizedTest
  @ValueSource(strings = {"by age", "by size"})
  void limits_neverTakeTheNewestVerified(String how) {
    List<Backup> made = make(3);
    clock.advance(Duration.ofDays(400));
    RetentionPolicy.Builder policy = RetentionPolicy.builder();

    backups.cleanOld(
        how.equals("by age")
            ? policy.maxAge(Duration.ofDays(1)).build()
            : policy.maxTotalSize(1).build());

    assertThat(listed()).containsExactly(made.get(2).id());
  }

  @Test
  void datedInTheFuture_cleanIsRefused() {
    List<Backup> made = make(3);
    clock.set("2026-04-01T12:00:00Z");

    assertThatThrownBy(() -> backups.cleanOld(1))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("more than a day in the future");

    assertThat(listed()).isEqualTo(ids(made));
  }

  @Test
  void idsThatRunAhead_areNoDatesInTheFuture() {
    Backup ahead = make(1).get(0);
    clock.set("2026-04-01T12:00:00Z");
    List<Backup> made = make(2);
    assertThat(made.get(0).id()).as("ids never run backwards").isGreaterThan(ahead.id());
    backups.delete(ahead.id());

    CleanReport report = backups.cleanOld(1);

    assertThat(report.removed())
        .extracting(CleanReport.Removed::id)
        .containsExactly(made.get(0).id().value());
    assertThat(listed()).containsExactly(made.get(1).id());
  }

  @Test
  void keepNothing_andNoRuleAtAll_areRefused() {
    List<Backup> made = make(2);

    assertThatThrownBy(() -> backups.cleanOld(0)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> RetentionPolicy.keepLast(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RetentionPolicy.builder().build())
        .isInstanceOf(IllegalStateException.class);

    assertThat(listed()).isEqualTo(ids(made));
  }

  @Test
  void deleteOfTheLastGoodOne_isRefused() {
    List<Backup> made = make(1);
    Harm.damage(world.database("a.db"));
    make(1);

    assertThatThrownBy(() -> backups.delete(made.get(0).id()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("last good one");
    assertThat(listed()).contains(made.get(0).id());
  }

  @Test
  void whatAnOpenRestoreNeeds_stays() throws Exception {
    World other = World.in(folder.resolve("other"), World.SMALL);
    Scenario.RESTORE_ROLLBACK.prepare(other);
    BackupId restored = World.manual(other.backups(List.of("a.db"))).get(0);
    CrashingProcess.crash(Scenario.RESTORE_ROLLBACK, other, "restore: target-written a.db");
    SettableClock later = new SettableClock("2099-01-01T00:00:00Z");
    BackupHelper cleaner = other.builder(List.of("a.db")).clock(later).build();
    cleaner.create();

    CleanReport report = cleaner.cleanOld(1);

    assertThat(report.removed()).isEmpty();
    assertThat(cleaner.find(restored)).isPresent();
    assertThat(cleaner.list()).as("the restored one, its safety backup, the newest").hasSize(3);
    assertThatThrownBy(() -> cleaner.delete(restored))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("needed by a restore or a migration that is open");
  }
}
