package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.GuardRequest;
import dev.backuphelper.GuardedSection;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.report.OpenPlan;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.report.RecoverReport.Action;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The marker of a migration whose process is gone, and everything that may have befallen it. */
@Timeout(120)
class MarkerTest {
  private static final String HALF = "CREATE TABLE half(a)";

  @TempDir private Path folder;
  private GuardedDatabase app;
  private String before;

  @BeforeEach
  void prepare() {
    app = GuardedDatabase.create(folder.resolve("here"), "wal");
    before = app.state();
  }

  private RefusedException refusedRun() {
    BackupException refused =
        catchThrowableOfType(
            BackupException.class,
            () -> app.guard().run("again", () -> app.sql("CREATE TABLE never(a)")));
    assertThat(refused).isInstanceOf(RefusedException.class);
    return (RefusedException) refused;
  }

  /** Checks that a run is refused and changes nothing, neither the database nor the marker. */
  private RefusedException requireRefusedAndUnchanged() {
    String half = untouched();
    BackupException refused = refusedRun();
    assertThat(untouched()).isEqualTo(half);
    assertThat(Files.exists(app.marker(), java.nio.file.LinkOption.NOFOLLOW_LINKS)).isTrue();
    return (RefusedException) refused;
  }

  private String untouched() {
    try {
      return State.ofUntouched(app.database());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void requireNextMigrationRuns() {
    assertThat(app.guard().run("next", () -> app.sql("PRAGMA user_version=7")).outcome())
        .isEqualTo(Outcome.MIGRATED);
    assertThat(app.beside()).isEmpty();
    assertThat(app.backups().openPlans()).isEmpty();
  }

  @Test
  void nextRun_restores() {
    app.crash(OnCrash.RESTORE, HALF, "DROP TABLE part");

    List<String> found = new ArrayList<>();
    app.guard().withPending(() -> found.add(app.state())).run("again", () -> app.sql(HALF));

    assertThat(found).containsExactly(before);
    assertThat(app.beside()).isEmpty();
  }

  @Test
  void openMigration_isReported() {
    BackupId safety = app.crash(OnCrash.RESTORE, HALF);

    List<OpenPlan> open = app.backups().openPlans();

    assertThat(open).hasSize(1);
    assertThat(open.get(0).id()).hasValue(safety);
    assertThat(open.get(0).kind()).isEqualTo(OpenPlan.Kind.MIGRATION);
    assertThat(open.get(0).databases()).containsExactly(app.database());
  }

  @Test
  void stopping_restoresOnlyWhenItIsSaid() {
    app.crash(OnCrash.STOP, HALF);

    assertThat(requireRefusedAndUnchanged())
        .hasMessageContaining("nothing is to be restored unasked")
        .hasMessageContaining("--restore")
        .hasMessageContaining("--keep");

    assertThat(app.recover(RecoverChoice.RESTORE).open()).isEmpty();
    assertThat(app.state()).isEqualTo(before);
    requireNextMigrationRuns();
  }

  @Test
  void keeping_keepsWhatIsThere() {
    app.crash(OnCrash.KEEP, HALF);
    String half = app.state();

    assertThat(app.guard().recover().resolved())
        .extracting(RecoverReport.Resolved::action)
        .containsExactly(Action.KEPT);

    assertThat(app.state()).isEqualTo(half);
    requireNextMigrationRuns();
  }

  @Test
  void aCopyWithItsMarker_triggersNothing() throws Exception {
    app.crash(OnCrash.RESTORE, HALF);
    String half = app.state();
    GuardedDatabase copy = GuardedDatabase.at(folder.resolve("copy"));
    Files.copy(app.database(), copy.database());
    Files.copy(app.marker(), copy.marker());

    assertThat(copy.backups().openPlans()).isEmpty();
    assertThat(copy.guard().recover().resolved()).isEmpty();
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class, () -> copy.guard().run("other", () -> copy.sql("DROP VIEW v")));
    assertThat(refused)
        .hasMessage(
            "not migrated: %s came here with a moved or copied database; it says that migration version-2 of %s is open"
                .formatted(copy.marker(), app.database()));
    assertThat(copy.state()).isEqualTo(half);
    assertThat(copy.marker()).exists();
    assertThat(app.state()).isEqualTo(half);
    assertThat(app.marker()).exists();
  }

  /** The pointer in the copied store names the database of the original. */
  @ParameterizedTest
  @EnumSource(RecoverChoice.class)
  void copyOfTheWholeFolder_neverWorksOnTheOriginal(RecoverChoice choice) throws Exception {
    BackupId id = app.crash(OnCrash.RESTORE, HALF);
    String half = untouched();
    Path elsewhere = folder.resolve("copy");
    copy(app.folder(), elsewhere);
    GuardedDatabase copy = GuardedDatabase.at(elsewhere);

    RecoverReport report = copy.recover(choice);

    assertThat(report.resolved()).isEmpty();
    assertThat(report.open()).hasSize(1);
    RecoverReport.Open open = report.open().get(0);
    assertThat(open.code()).isEqualTo(ErrorCode.REFUSED);
    assertThat(open.reason()).contains("belongs to the store " + app.store());
    assertThat(open.hint())
        .contains("backup recover %s --dir %s;".formatted(id, app.store()))
        .contains("remove %s by hand".formatted(copy.store().resolve(".open-" + id + ".json")))
        .doesNotContain("--dir " + copy.store());
    OpenPlan described = copy.backups().openPlans().get(0);
    assertThat(described.message()).isEqualTo(open.reason());
    assertThat(open.hint()).isEqualTo("Not here: " + described.remedy());
    assertThat(copy.guard().recover().resolved()).isEmpty();
    assertThat(untouched()).isEqualTo(half);
    assertThat(copy.state()).isEqualTo(app.state()).contains("half");
    assertThat(app.marker()).exists();
    assertThat(app.backups().openPlans()).hasSize(1);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  /** Reached by another path, it is the same store. */
  @Test
  void storeBehindALink_isTheStoreOfThePlan() throws Exception {
    app.crash(OnCrash.RESTORE, HALF);
    Path link = Files.createSymbolicLink(folder.resolve("link"), app.store());

    BackupHelper backups = BackupHelper.builder().directory(link).build();

    assertThat(backups.recover().open()).isEmpty();
    assertThat(app.state()).isEqualTo(before);
  }

  @Test
  void storeThatWasMoved_closesWhatIsOpenWhenItIsSaid() throws Exception {
    app.crash(OnCrash.RESTORE, HALF);
    Path away = Files.move(app.store(), folder.resolve("away"));
    BackupHelper moved = BackupHelper.builder().directory(away).build();

    assertThat(moved.recover().open())
        .singleElement()
        .satisfies(open -> assertThat(open.hint()).contains("Bring it back; or keep what is"));
    assertThat(moved.recover(new RecoverRequest(null, RecoverChoice.KEEP, false)).open()).isEmpty();
    assertThat(app.marker()).doesNotExist();
    assertThat(app.state()).contains("half");
  }

  /** What another program left open may be one that its own owner wants to look at first. */
  @Test
  void guardOfOneDatabase_leavesWhatIsOpenOfAnotherInTheSameStore() {
    app.crash(OnCrash.RESTORE, HALF);
    GuardedDatabase other = GuardedDatabase.create(folder.resolve("other"), "wal");
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(other.database()))
            .directory(app.store())
            .build();

    RecoverReport report = MigrationGuard.of(backups).recover();

    assertThat(report.resolved()).isEmpty();
    assertThat(report.open()).isEmpty();
    assertThat(app.marker()).exists();
    assertThat(app.state()).contains("half");
    assertThat(backups.recover().resolved()).hasSize(1);
    assertThat(app.state()).isEqualTo(before);
  }

  @Test
  void storeThatIsNotThereYet_isNoErrorAtAFirstStart() {
    assertThat(app.guard().recover().open()).isEmpty();
    assertThat(app.backups().recover().open()).isEmpty();
    assertThat(app.store()).doesNotExist();
  }

  @Test
  void whatWasMoved_triggersNothing_neitherThereNorHere() throws Exception {
    app.crash(OnCrash.RESTORE, HALF);
    String half = app.state();
    Path elsewhere = folder.resolve("elsewhere");
    Files.move(app.folder(), elsewhere);
    GuardedDatabase moved = GuardedDatabase.at(elsewhere);

    assertThat(moved.guard().recover().open())
        .as("it is about no database of this guard")
        .isEmpty();
    RecoverReport report = moved.backups().recover();

    assertThat(report.resolved()).isEmpty();
    assertThat(report.open()).hasSize(1);
    assertThat(report.open().get(0).reason()).contains("is its disk there?");
    assertThat(moved.state()).isEqualTo(half);
    assertThat(app.folder()).doesNotExist();
    assertThatThrownBy(() -> moved.guard().run("other", () -> moved.sql("CREATE TABLE o(a)")))
        .isInstanceOf(RefusedException.class);
    Files.delete(moved.marker());
    assertThat(moved.guard().run("other", () -> moved.sql("CREATE TABLE o(a)")).outcome())
        .isEqualTo(Outcome.MIGRATED);
    assertThat(moved.state()).contains("half");
  }

  @Test
  void aDatabaseThatWasExchanged_isLeftAlone_andBothWaysOutWork() throws Exception {
    BackupId safety = app.crash(OnCrash.RESTORE, HALF);
    exchange();

    assertThat(requireRefusedAndUnchanged())
        .hasMessageContaining("it was copied or replaced; put backup " + safety);

    assertThat(app.recover(RecoverChoice.RESTORE).open()).isEmpty();
    assertThat(app.state()).isEqualTo(before);

    app.crash(OnCrash.RESTORE, HALF);
    exchange();
    assertThat(app.recover(RecoverChoice.KEEP).open()).isEmpty();
    assertThat(app.state()).contains("theirs");
    requireNextMigrationRuns();
  }

  private void exchange() throws Exception {
    Path other = folder.resolve("other.db");
    Sql.run(other, "PRAGMA page_size=1024", "CREATE TABLE theirs(a)");
    Files.move(other, app.database(), StandardCopyOption.REPLACE_EXISTING);
    app.setChanged(app.database(), 0);
  }

  /** Retention is asked in a year, when nothing else would keep the backup. */
  @Test
  void safetyBackup_cannotBeRemovedWhileTheMarkerIsOpen() {
    BackupId safety = app.crash(OnCrash.RESTORE, HALF);
    app.backups().create();
    app.backups().create();
    BackupHelper nextYear = app.backups(Clock.offset(Clock.systemUTC(), Duration.ofDays(366)));

    assertThatThrownBy(() -> nextYear.delete(List.of(safety), true, false))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("is needed by a restore or a migration that is open");
    nextYear.cleanOld(1);
    assertThat(app.backups().find(safety)).isPresent();

    assertThat(app.recover(RecoverChoice.KEEP).open()).isEmpty();
    nextYear.cleanOld(1);
    assertThat(app.backups().find(safety)).as("nothing else kept it").isEmpty();
  }

  static Stream<UnaryOperator<String>> foreignMarkers() {
    return Stream.of(
        text -> text.replaceAll("\"host\" ?: ?\"[^\"]*\"", "\"host\": \"another-host\""),
        text ->
            text.replaceAll("\"pid\" ?: ?\\d+", "\"pid\": " + living().pid())
                .replaceAll("\"process_started_ms\" ?: ?\\d+", "\"process_started_ms\": 0"));
  }

  private static ProcessHandle living() {
    return ProcessHandle.current().parent().orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("foreignMarkers")
  void markerOfSomebodyElse_isLeftAlone_untilItIsSaid(UnaryOperator<String> change) {
    app.crash(OnCrash.RESTORE, HALF);
    app.rewriteMarker(change);

    assertThat(requireRefusedAndUnchanged())
        .message()
        .containsAnyOf("it belongs to process", "which works on it, still runs")
        .contains("--restore");

    assertThat(app.recover(RecoverChoice.RESTORE).open()).isEmpty();
    assertThat(app.state()).isEqualTo(before);
    requireNextMigrationRuns();
  }

  @Test
  void markerOfADeadProcess_isRestored() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    app.crash(OnCrash.RESTORE, HALF);
    assertThat(dead.waitFor()).isZero();
    app.rewriteMarker(text -> text.replaceAll("\"pid\" ?: ?\\d+", "\"pid\": " + dead.pid()));

    assertThat(app.guard().recover().open()).isEmpty();

    assertThat(app.state()).isEqualTo(before);
  }

  private interface Harm {
    void to(Path marker) throws Exception;
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> unusableMarkers() {
    return Stream.of(
        harm("a newer format", marker -> replace(marker, "\"format\" ?: ?1", "\"format\": 2")),
        harm("another operation", marker -> replace(marker, "\"migration\"", "\"sculpture\"")),
        harm("torn", marker -> Files.write(marker, firstHalf(Files.readAllBytes(marker)))),
        harm("empty", marker -> Files.write(marker, new byte[0])),
        harm("zeros", marker -> Files.write(marker, new byte[4096])),
        harm("huge", marker -> Files.write(marker, new byte[2 << 20])),
        harm("forged", marker -> replace(marker, "(?s)(\"targets\".*?)app.db", "$1other.db")),
        harm(
            "a link",
            marker -> {
              Path moved = marker.resolveSibling("../moved");
              Files.move(marker, moved);
              Files.createSymbolicLink(marker, moved);
            }),
        harm(
            "a dangling link",
            marker -> {
              Files.delete(marker);
              Files.createSymbolicLink(marker, marker.resolveSibling("nowhere"));
            }),
        harm(
            "a folder",
            marker -> {
              Files.delete(marker);
              Files.createDirectory(marker);
            }),
        harm(
            "a pipe",
            marker -> {
              Files.delete(marker);
              Process made = new ProcessBuilder("mkfifo", marker.toString()).start();
              assertThat(made.waitFor()).isZero();
            }));
  }

  private static org.junit.jupiter.params.provider.Arguments harm(String name, Harm harm) {
    return arguments(name, harm);
  }

  private static void replace(Path marker, String pattern, String by) throws Exception {
    String text = Files.readString(marker);
    String changed = text.replaceAll(pattern, by);
    assertThat(changed).isNotEqualTo(text);
    Files.writeString(marker, changed);
  }

  private static byte[] firstHalf(byte[] bytes) {
    return java.util.Arrays.copyOf(bytes, bytes.length / 2);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unusableMarkers")
  void markerThatCannotBeUsed_isARefusal(String name, Harm harm) throws Exception {
    BackupId safety = app.crash(OnCrash.RESTORE, HALF);
    harm.to(app.marker());

    RefusedException refused = requireRefusedAndUnchanged();

    assertThat(refused).hasMessageContaining(app.marker() + " cannot be used");
    assertThat(refused.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("by hand"));
    assertThat(app.backups().openPlans()).isNotEmpty();
    assertThat(app.guard().recover().resolved()).isEmpty();
    String keep = "backup recover %s --dir %s --keep".formatted(safety, app.store());
    assertThat(refused.hint()).hasValueSatisfying(hint -> assertThat(hint).contains(keep));
    Files.delete(app.marker());
    assertThat(refusedRun())
        .hasMessage(
            "not migrated: migration %s of [%s] had begun, and its marker is gone: nothing tells what became of it"
                .formatted(safety, app.database()))
        .extracting(gone -> gone.hint().orElseThrow())
        .asString()
        .contains(keep, "backup restore " + safety);
    assertThat(app.guard().recover().open()).hasSize(1);
    assertThat(app.recover(RecoverChoice.KEEP).open()).isEmpty();
    requireNextMigrationRuns();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unusableMarkers")
  void markerThatCannotBeUsed_isRemovedFirst_beforeARestore(String name, Harm harm)
      throws Exception {
    BackupId safety = app.crash(OnCrash.STOP, HALF);
    harm.to(app.marker());

    RecoverReport.Open open = app.guard().recover().open().get(0);
    assertThat(open.code()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(open.hint())
        .matches(
            ".*remove %s by hand first; then keep .* --keep, or put back .* restore %s.*"
                .formatted(app.marker(), safety));
    BackupException failure =
        catchThrowableOfType(BackupException.class, () -> app.backups().restore(safety));
    assertThat(failure.code()).isEqualTo(ErrorCode.CORRUPT);
    assertThat(failure.hint())
        .hasValue(
            "Look at the database and remove %s first, then run it again.".formatted(app.marker()));
    Files.delete(app.marker());
    app.backups().restore(safety);
    assertThat(app.state()).isEqualTo(before);
    requireNextMigrationRuns();
  }

  @Test
  void backupThatWasDeletedByHand_isARefusal_andKeepingWorks() throws Exception {
    BackupId safety = app.crash(OnCrash.RESTORE, HALF);
    for (String name : Folders.names(app.store())) {
      if (name.contains(safety.value()) && !name.startsWith(".open")) {
        Files.delete(app.store().resolve(name));
      }
    }

    RefusedException refused = requireRefusedAndUnchanged();

    assertThat(refused).hasMessageContaining(safety.value());
    assertThat(refused.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("--keep"));
    assertThat(app.recover(RecoverChoice.RESTORE).open()).hasSize(1);
    assertThat(app.recover(RecoverChoice.KEEP).open()).isEmpty();
    assertThat(app.state()).contains("half");
    requireNextMigrationRuns();
  }

  @Test
  void backupThatWasDamaged_isARefusal_andKeepingWorks() throws Exception {
    BackupId safety = app.crash(OnCrash.RESTORE, HALF);
    Backup backup = app.backups().find(safety).orElseThrow();
    Path artifact = app.store().resolve(backup.components().get(0).file());
    byte[] bytes = Files.readAllBytes(artifact);
    bytes[bytes.length / 2] ^= 1;
    Files.write(artifact, bytes);

    assertThat(requireRefusedAndUnchanged()).hasMessageContaining(safety.value());
    RecoverRequest rehearsal = new RecoverRequest(null, RecoverChoice.RESTORE, true);
    RecoverReport rehearsed = app.backups().recover(rehearsal);
    assertThat(rehearsed.resolved()).isEmpty();
    assertThat(rehearsed.open())
        .extracting(RecoverReport.Open::code)
        .containsExactly(ErrorCode.CORRUPT);

    assertThat(app.recover(RecoverChoice.KEEP).open()).isEmpty();
    requireNextMigrationRuns();
  }

  @Test
  void storeThatIsGone_isARefusal_andKeepingWorks() throws Exception {
    app.crash(OnCrash.RESTORE, HALF);
    Files.move(app.store(), folder.resolve("away"));

    RefusedException refused = requireRefusedAndUnchanged();

    assertThat(refused).hasMessageContaining(app.store().toString());
    assertThat(app.store()).as("nothing makes it anew").doesNotExist();
    Files.move(folder.resolve("away"), app.store());
    requireNextMigrationRuns();
    assertThat(app.state()).doesNotContain("half");

    app.crash(OnCrash.RESTORE, HALF);
    Folders.delete(app.store());
    assertThat(app.recover(RecoverChoice.KEEP).open()).isEmpty();
    assertThat(app.state()).contains("half");
    requireNextMigrationRuns();
  }

  @Test
  void markerOfAnotherStore_isResolvedFromThere() {
    app.crash(OnCrash.RESTORE, HALF);
    BackupHelper other =
        BackupHelper.builder()
            .source(SqliteSource.of(app.database()))
            .directory(folder.resolve("other-store"))
            .build();

    MigrationReport report =
        MigrationGuard.of(other).run("again", () -> assertThat(app.state()).isEqualTo(before));

    assertThat(report.outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(app.beside()).isEmpty();
    assertThat(app.backups().openPlans()).isEmpty();
  }

  /** The process that migrates is another one than that of the guard. */
  private BackupId crashWithWorker(Consumer<GuardedSection> tell) {
    GuardRequest request =
        new GuardRequest(GuardedDatabase.LABEL, OnCrash.RESTORE, Duration.ZERO, null);
    try (GuardedSection section = app.backups().guard(request)) {
      BackupId safety = section.protect().orElseThrow().id();
      section.begin();
      tell.accept(section);
      app.sql(HALF);
      return safety;
    }
  }

  @Test
  void workerThatStillRuns_isWaitedFor() {
    crashWithWorker(
        section -> {
          section.startingWorker();
          section.startedWorker(living());
        });

    assertThat(requireRefusedAndUnchanged()).hasMessageContaining("which works on it, still runs");
  }

  @Test
  void workerThatMayHaveBeenStarted_isWaitedFor() {
    BackupId safety = crashWithWorker(GuardedSection::startingWorker);

    assertThat(requireRefusedAndUnchanged())
        .hasMessageContaining("nothing tells whether it runs; say --restore or --keep");
    assertThatThrownBy(() -> app.backups().restore(safety))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("may still be going on: a process was being started for migration");

    assertThat(app.recover(RecoverChoice.RESTORE).open()).isEmpty();
    assertThat(app.state()).isEqualTo(before);
  }

  @Test
  void workerThatIsDead_isNotWaitedFor() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    ProcessHandle handle = dead.toHandle();
    crashWithWorker(section -> section.startedWorker(handle));
    assertThat(dead.waitFor()).isZero();

    assertThat(app.guard().recover().open()).isEmpty();

    assertThat(app.state()).isEqualTo(before);
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.EnumSource(RecoverChoice.class)
  void recoveryWithinTheMigrationItself_isRefused(RecoverChoice choice) {
    List<RecoverReport> reports = new ArrayList<>();

    MigrationReport report =
        app.guard()
            .run(
                "self",
                () -> {
                  app.sql(HALF);
                  reports.add(app.backups().recover(new RecoverRequest(null, choice, false)));
                  app.sql("INSERT INTO half VALUES (1)");
                });

    assertThat(report.outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(reports.get(0).resolved()).isEmpty();
    assertThat(reports.get(0).open())
        .extracting(RecoverReport.Open::code)
        .containsExactly(ErrorCode.LOCKED);
    assertThat(app.state()).contains("half");
    assertThat(app.beside()).isEmpty();
  }

  @Test
  void explicitRestoreWithinTheMigrationItself_isRefused() {
    Backup earlier = app.backups().create();

    assertThatThrownBy(
            () ->
                app.guard()
                    .run(
                        "self",
                        () -> {
                          app.sql(HALF);
                          app.backups().restore(earlier.id());
                        }))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("migration self")
        .hasMessageContaining("is going on here");

    assertThat(app.state()).isEqualTo(before);
    assertThat(app.beside()).isEmpty();
  }

  @Test
  void explicitRestore_resolvesTheMarker() {
    Backup earlier = app.backups().create();
    app.crash(OnCrash.STOP, HALF);

    app.backups().restore(earlier.id());

    assertThat(app.state()).isEqualTo(before);
    assertThat(app.beside()).isEmpty();
    requireNextMigrationRuns();
  }

  /** Or else a recovery would take what a long migration writes for somebody else's. */
  @Test
  void marker_saysThatTheMigrationGoesOn() throws Exception {
    List<Instant> beats = new ArrayList<>();
    app.guard()
        .run(
            "slow",
            () -> {
              FileTime last = FileTime.from(Instant.EPOCH);
              Files.setLastModifiedTime(app.marker(), last);
              long limit = System.nanoTime() + Duration.ofSeconds(30).toNanos();
              while (beats.size() < 3) {
                assertThat(System.nanoTime()).as("heartbeats: %s", beats).isLessThan(limit);
                FileTime now = Files.getLastModifiedTime(app.marker());
                if (!now.equals(last)) {
                  beats.add(now.toInstant());
                  last = now;
                }
                Thread.sleep(10);
              }
            });
    // Two seconds, but for the load of the machine.
    assertThat(Duration.between(beats.get(0), beats.get(2)))
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(6));
  }

  @Test
  void whatElseTheStoreCannotTell_doesNotStandInTheWay() throws Exception {
    app.crash(OnCrash.RESTORE, HALF);
    Files.writeString(app.store().resolve(".open-20250101-000000-000.json"), "{");

    MigrationReport report =
        app.guard().run("again", () -> assertThat(app.state()).isEqualTo(before));

    assertThat(report.outcome()).isEqualTo(Outcome.MIGRATED);
    assertThat(app.marker()).doesNotExist();
  }

  @Test
  void markerThatIsGone_isNoProofThatNothingWasChanged() throws Exception {
    BackupId safety = app.crash(OnCrash.RESTORE, HALF);
    Files.delete(app.marker());

    RecoverReport report = app.guard().recover();

    assertThat(report.resolved()).isEmpty();
    assertThat(report.open()).hasSize(1);
    assertThat(report.open().get(0).reason()).contains("had begun, and its marker is gone");
    assertThat(report.open().get(0).hint())
        .contains("backup restore " + safety + " --dir ", "backup recover " + safety, "--keep");
    BackupHelper backups = app.backups();
    assertThat(refusedRun()).hasMessageContaining("had begun, and its marker is gone");
    assertThat(app.state()).contains("half");
    assertThat(backups.recover(new RecoverRequest(safety, RecoverChoice.KEEP, false)).open())
        .isEmpty();
    assertThat(app.state()).contains("half");
    requireNextMigrationRuns();
  }

  @Test
  void explicitRestore_resolvesWhatLostItsMarker() throws Exception {
    BackupId safety = app.crash(OnCrash.RESTORE, HALF);
    Files.delete(app.marker());

    app.backups().restore(safety);

    assertThat(app.backups().openPlans()).isEmpty();
    requireNextMigrationRuns();
  }

  @Test
  void keepingOne_saysNothingOfOthers() throws Exception {
    BackupId safety = app.crash(OnCrash.RESTORE, HALF);
    Files.writeString(app.store().resolve(".open-20250101-000000-000.json"), "{");
    RecoverRequest keep = new RecoverRequest(safety, RecoverChoice.KEEP, false);

    RecoverReport report = app.backups().recover(keep);

    assertThat(report.resolved()).hasSize(1);
    assertThat(report.open()).isEmpty();
  }

  @Test
  void databaseInTheStore_isNotMigrated() {
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(app.database()))
            .directory(app.database().getParent())
            .build();

    assertThatThrownBy(() -> MigrationGuard.of(backups).run("v", () -> app.sql(HALF)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("lies in the store itself");
    assertThat(app.state()).isEqualTo(before);
  }

  @Test
  void whatAFailedMigrationLeft_isNobodysLatest() {
    assertThatThrownBy(
            () ->
                app.guard()
                    .run(
                        "v",
                        () -> {
                          app.sql(HALF);
                          throw new IllegalStateException("half way");
                        }))
        .hasMessage("half way");

    List<Backup> both = app.safetyBackups();
    assertThat(both).hasSize(2);
    assertThat(both.get(0).leftByFailure()).isTrue();
    BackupId safety = both.get(1).id();
    assertThat(app.backups().latest().orElseThrow().id()).isEqualTo(safety);
    assertThat(app.backups().status().groups().get(0).lastGood().orElseThrow().id())
        .isEqualTo(safety);
    CleanReport cleaned =
        app.backups(Clock.offset(Clock.systemUTC(), Duration.ofDays(30))).cleanOld(1);
    assertThat(cleaned.removed())
        .extracting(CleanReport.Removed::id)
        .containsExactly(both.get(0).id().value());
  }

  @Test
  void databaseThatBecameALink_isNotFollowed() throws Exception {
    Path other = folder.resolve("other.db");
    Throwable thrown =
        catchThrowable(
            () ->
                app.guard()
                    .run(
                        "v",
                        () -> {
                          Files.move(app.database(), other);
                          Files.createSymbolicLink(app.database(), other);
                          throw new IllegalStateException("half way");
                        }));

    assertThat(MigrationReport.of(thrown).orElseThrow().outcome())
        .isEqualTo(Outcome.RESTORE_FAILED);
    assertThat(thrown.getSuppressed()[0])
        .hasMessageContaining("was replaced by a link to " + other);
    assertThat(app.backups().openPlans()).extracting(OpenPlan::atWork).containsExactly(true);
    FileTime elevenBeatsAgo = FileTime.from(Instant.now().minusSeconds(11));
    Files.setLastModifiedTime(app.marker(), elevenBeatsAgo);
    assertThat(app.backups().openPlans()).extracting(OpenPlan::atWork).containsExactly(false);
    assertThat(app.backups().status().healthy()).isFalse();
    Files.delete(app.database());
    assertThat(app.recover(RecoverChoice.RESTORE).open()).isEmpty();
    assertThat(app.state()).isEqualTo(before);
    assertThat(app.marker()).doesNotExist();
  }

  @Test
  void databaseWithASecondName_doesNotStopTheRecoveryOfOthers() throws Exception {
    GuardedDatabase other =
        new GuardedDatabase(app.folder(), app.database().resolveSibling("other.db"));
    Files.copy(app.database(), other.database());
    app.crash(OnCrash.RESTORE, HALF);
    other.crash(OnCrash.RESTORE, HALF);
    Files.createLink(app.database().resolveSibling("second-name.db"), app.database());

    RecoverReport report = app.recover(RecoverChoice.PLANNED);

    assertThat(report.resolved()).hasSize(1);
    assertThat(report.open()).hasSize(1);
    assertThat(report.open().get(0).hint()).contains("find / -samefile '" + app.database());
    assertThat(other.state()).isEqualTo(before);
  }

  @Test
  void labelsOfAnyCharacters_areKept() throws Exception {
    for (String label :
        List.of(
            "ünïcödé ☃ 数据",
            "a/b\\c:*?\"<>|",
            "'; DROP TABLE item; --",
            "$(rm -rf ~)",
            "x".repeat(200))) {
      MigrationReport report = app.guard().run(label, () -> {});
      assertThat(report.label()).isEqualTo(label);
      Backup safety = app.backups().find(report.safetyBackup().orElseThrow()).orElseThrow();
      assertThat(safety.manifest().operation()).isEqualTo(label);
      assertThat(new String(label.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
          .isEqualTo(label);
    }
    assertThat(app.beside()).isEmpty();
  }
}
