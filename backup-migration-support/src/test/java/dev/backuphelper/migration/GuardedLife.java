package dev.backuphelper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.event.BackupListener;
import dev.backuphelper.migration.MigrationReport.Outcome;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The life of a database under a guard, and what it should hold: another database, which nobody
 * guards, gets the same statements; where the guard undoes them, it is put back by copying files.
 */
final class GuardedLife implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Pattern PID = Pattern.compile("\"pid\" ?: ?\\d+");
  // Above the largest pid that Linux gives out.
  private static final String DEAD_PID = "\"pid\" : 99999999";

  private final Path folder = Folders.create();
  private final Path database = folder.resolve("app.db");
  private final Path expected = folder.resolve("expected.db");
  private final Path store = folder.resolve("backups");
  private final Map<BackupId, Path> known = new TreeMap<>();
  private final List<String> history = new ArrayList<>();
  private Open open;
  private int version;

  /**
   * A migration whose process died.
   *
   * @param before the expected content before it; null if what is there is to stay
   * @param onCrash what its policy says
   * @param changedLater whether somebody wrote so late that nothing is restored unasked
   */
  private record Open(Path before, OnCrash onCrash, boolean changedLater) {
    boolean isRestoredUnasked() {
      return before != null && onCrash == OnCrash.RESTORE && !changedLater;
    }

    boolean isRefused() {
      return before != null
          && (onCrash == OnCrash.STOP || (changedLater && onCrash != OnCrash.KEEP));
    }
  }

  /** Something that happens. */
  record Act(Kind kind, int number) {}

  /** What may happen. */
  enum Kind {
    MIGRATE_WELL,
    MIGRATE_FAILING,
    CRASH_WITHIN,
    CRASH_AT_A_STEP,
    RECOVER,
    RESTORE_EXPLICITLY,
    CLEAN,
    WRITE_OUTSIDE
  }

  GuardedLife(boolean wal) {
    for (Path each : List.of(database, expected)) {
      Sql.run(
          each,
          "PRAGMA journal_mode=" + (wal ? "wal" : "delete"),
          "CREATE TABLE t(id INTEGER PRIMARY KEY, a)",
          "INSERT INTO t(a) VALUES ('first')");
    }
  }

  List<String> history() {
    return history;
  }

  /** Lets something happen, and compares. */
  void live(Act act) throws Exception {
    history.add(act.toString());
    switch (act.kind()) {
      case MIGRATE_WELL -> migrateWell();
      case MIGRATE_FAILING -> migrateFailing();
      case CRASH_WITHIN -> crashWithin(List.of(OnCrash.values()).get(act.number() % 3));
      case CRASH_AT_A_STEP -> crashAtStep(act.number());
      case RECOVER -> recover(List.of(RecoverChoice.values()).get(act.number() % 3));
      case RESTORE_EXPLICITLY -> restoreExplicitly(act.number());
      case CLEAN -> clean();
      case WRITE_OUTSIDE -> writeOutside(act.number() % 2 == 0);
    }
    compare();
  }

  private void compare() throws Exception {
    assertThat(State.of(database)).as("after %s", history).isEqualTo(State.of(expected));
    assertThat(backups(BackupListener.NONE).openPlans().isEmpty())
        .as("nothing is open after %s", history)
        .isEqualTo(open == null);
    keepAwayFromBeats();
  }

  // To look at a database may change its times, which is not what is tried here.
  private void keepAwayFromBeats() throws IOException {
    if (open != null) {
      long beat = Files.getLastModifiedTime(marker()).toMillis();
      long changed = beat + (open.changedLater() ? 5000 : 0);
      for (String suffix : List.of("", "-wal")) {
        if (Files.exists(Sql.beside(database, suffix))) {
          Files.setLastModifiedTime(Sql.beside(database, suffix), FileTime.fromMillis(changed));
        }
      }
    }
  }

  private Path marker() {
    return Sql.beside(database, ".backup-open.json");
  }

  private BackupHelper backups(BackupListener listener) {
    return BackupHelper.builder()
        .source(SqliteSource.of(database))
        .directory(store)
        .listener(listener)
        .lockTimeout(PATIENCE)
        .build();
  }

  private MigrationGuard guard(BackupListener listener, OnCrash onCrash) {
    GuardPolicy standard = GuardPolicy.restoring();
    return MigrationGuard.of(backups(listener))
        .withPolicy(
            new GuardPolicy(
                standard.onBackupFailure(), standard.onFailure(), onCrash, true, PATIENCE));
  }

  /** Returns the statements of the next migration; each of them commits. */
  private String[] nextMigration() {
    version++;
    return new String[] {
      "CREATE TABLE t%d(a)".formatted(version),
      "INSERT INTO t SELECT NULL, 'by %d' FROM t LIMIT 5".formatted(version),
      "ALTER TABLE t%d ADD COLUMN b DEFAULT 'x'".formatted(version),
      "PRAGMA user_version=" + version
    };
  }

  /** Does what the next run of a guard does first; tells whether that lets it go on. */
  private boolean resolveOpen() {
    Open former = open;
    if (former != null && former.isRefused()) {
      return false;
    }
    if (former != null && former.isRestoredUnasked()) {
      putBack(former.before());
    }
    open = null;
    return true;
  }

  private void migrateWell() {
    boolean goesOn = resolveOpen();
    String[] statements = nextMigration();
    Throwable thrown =
        catchThrowable(
            () ->
                remember(
                    guard(BackupListener.NONE, OnCrash.RESTORE)
                        .run("well " + version, () -> Sql.run(database, statements))));
    requireRefusedUnless(goesOn, thrown);
    if (goesOn) {
      assertThat(thrown).as("%s", history).isNull();
      Sql.run(expected, statements);
    }
  }

  private void requireRefusedUnless(boolean goesOn, Throwable thrown) {
    if (!goesOn) {
      assertThat(thrown).as("%s", history).isInstanceOf(RefusedException.class);
      assertThat(thrown.getMessage()).contains("--restore").contains("--keep");
    }
  }

  // What was saved is what was expected before the migration.
  private void remember(MigrationReport report) {
    report.safetyBackup().ifPresent(id -> known.put(id, copy()));
  }

  private Path copy() {
    try {
      Path copy = Files.createTempFile(folder, "former-", ".db");
      return Files.write(copy, Files.readAllBytes(expected));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void putBack(Path former) {
    try {
      Files.write(expected, Files.readAllBytes(former));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void migrateFailing() {
    boolean goesOn = resolveOpen();
    String[] statements = nextMigration();
    IllegalStateException failure = new IllegalStateException("as it was meant to");
    Throwable thrown =
        catchThrowable(
            () ->
                guard(BackupListener.NONE, OnCrash.RESTORE)
                    .run(
                        "failing " + version,
                        () -> {
                          Sql.run(database, statements);
                          throw failure;
                        }));
    requireRefusedUnless(goesOn, thrown);
    if (goesOn) {
      assertThat(thrown).as("%s", history).isSameAs(failure);
      MigrationReport report = MigrationReport.of(thrown).orElseThrow();
      assertThat(report.outcome()).isEqualTo(Outcome.RESTORED);
      remember(report);
    }
  }

  /** What ends a process that dies. */
  private static final class Died extends Error {
    private static final long serialVersionUID = 1L;

    Died() {
      super("died", null, false, false);
    }
  }

  /** Dies at a step, and then hears no more: whatever is still tried fails at once. */
  private static final class Death implements BackupListener {
    private final int fatal;
    private final List<String> steps = new ArrayList<>();
    private boolean dead;

    Death(int fatal) {
      this.fatal = fatal;
    }

    @Override
    public void on(BackupEvent event) {
      if (event instanceof BackupEvent.Step step) {
        if (!dead) {
          steps.add(step.operation() + ": " + step.step());
        }
        dead |= steps.size() == fatal;
        if (dead) {
          throw new Died();
        }
      }
    }

    void die() {
      dead = true;
      throw new Died();
    }
  }

  private void crashWithin(OnCrash onCrash) {
    boolean goesOn = resolveOpen();
    Path before = copy();
    String[] statements = nextMigration();
    Death death = new Death(0);
    Throwable thrown =
        catchThrowable(
            () ->
                guard(death, onCrash)
                    .run(
                        "crashing " + version,
                        () -> {
                          Sql.run(database, statements[0], statements[1]);
                          death.die();
                        }));
    requireRefusedUnless(goesOn, thrown);
    if (goesOn) {
      assertThat(thrown).as("%s", history).isInstanceOf(Died.class);
      Sql.run(expected, statements[0], statements[1]);
      open = new Open(before, onCrash, false);
      bury();
    }
  }

  /** The step is one of the guard, its safety backup, or the undoing of a failing migration. */
  private void crashAtStep(int number) throws Exception {
    boolean failing = number % 2 == 0;
    boolean goesOn = resolveOpen();
    Path before = copy();
    String[] statements = nextMigration();
    Death death = new Death(1 + number % (failing ? 45 : 22));
    Throwable thrown =
        catchThrowable(
            () ->
                guard(death, OnCrash.RESTORE)
                    .run(
                        "crashing " + version,
                        () -> {
                          Sql.run(database, statements);
                          if (failing) {
                            throw new IllegalStateException("as it was meant to");
                          }
                        }));
    requireRefusedUnless(goesOn, thrown);
    if (goesOn) {
      history.add("died after " + death.steps);
      bury();
      recoverFromDeath(death, failing, before, statements);
    }
  }

  private void recoverFromDeath(Death death, boolean failing, Path before, String[] statements)
      throws Exception {
    RecoverReport report = backups(BackupListener.NONE).recover();
    if (!report.open().isEmpty()) {
      assertThat(report.open().get(0).reason()).contains("changed after");
      report =
          backups(BackupListener.NONE)
              .recover(new RecoverRequest(null, RecoverChoice.RESTORE, false));
    }
    assertThat(report.open()).as("%s", history).isEmpty();
    assertThat(State.of(expected)).isEqualTo(State.of(before));
    if (!failing && death.steps.contains("guard: marker-removed")) {
      Sql.run(expected, statements);
    }
  }

  /** Makes what this process left look like what one left that died. */
  private void bury() {
    try {
      List<Path> documents = new ArrayList<>(List.of(marker()));
      for (String name : Folders.names(store)) {
        if (name.startsWith(".intent-")) {
          documents.add(store.resolve(name));
        }
      }
      for (Path document : documents) {
        if (Files.exists(document)) {
          FileTime beat = Files.getLastModifiedTime(document);
          Files.writeString(document, PID.matcher(Files.readString(document)).replaceAll(DEAD_PID));
          Files.setLastModifiedTime(document, beat);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void recover(RecoverChoice choice) {
    RecoverReport report =
        backups(BackupListener.NONE).recover(new RecoverRequest(null, choice, false));
    if (choice == RecoverChoice.PLANNED && open != null && open.isRefused()) {
      assertThat(report.open()).as("%s", history).hasSize(1);
      assertThat(report.resolved()).isEmpty();
      return;
    }
    assertThat(report.open()).as("%s", history).isEmpty();
    if (open != null && choice == RecoverChoice.RESTORE) {
      putBack(open.before());
      open = null;
    } else if (choice == RecoverChoice.KEEP) {
      open = null;
    } else {
      resolveOpen();
    }
  }

  private void restoreExplicitly(int number) {
    if (known.isEmpty()) {
      return;
    }
    List<BackupId> ids = new ArrayList<>(known.keySet());
    BackupId id = ids.get(number % ids.size());
    assertThat(backups(BackupListener.NONE).restore(id).verified()).isTrue();
    putBack(known.get(id));
    open = null;
  }

  /** A year later only what is needed is left. */
  private void clean() {
    BackupHelper nextYear =
        BackupHelper.builder()
            .source(SqliteSource.of(database))
            .directory(store)
            .clock(Clock.offset(Clock.systemUTC(), Duration.ofDays(366)))
            .build();
    if (Files.exists(store) && !nextYear.list().isEmpty()) {
      assertThat(nextYear.cleanOld(1).errors()).isEmpty();
    }
    Set<BackupId> left =
        backups(BackupListener.NONE).list().stream()
            .map(Backup::id)
            .collect(Collectors.toUnmodifiableSet());
    known.keySet().retainAll(left);
  }

  private void writeOutside(boolean late) throws Exception {
    String sql = "INSERT INTO t(a) VALUES ('outside')";
    Sql.run(database, sql);
    Sql.run(expected, sql);
    if (open != null && late) {
      open = new Open(open.before(), open.onCrash(), true);
    }
  }

  /** Resolves what is open, and checks that nothing is left behind. */
  void end() throws Exception {
    recover(RecoverChoice.KEEP);
    compare();
    BackupHelper backups = backups(BackupListener.NONE);
    for (Map.Entry<BackupId, Path> backup : known.entrySet()) {
      Backup kept = backups.find(backup.getKey()).orElseThrow();
      assertThat(withoutMode(State.ofUntouched(store.resolve(kept.components().get(0).file()))))
          .isEqualTo(withoutMode(State.of(backup.getValue())));
    }
    assertThat(backups.verifyAll().files())
        .allSatisfy(file -> assertThat(file.error()).as(file.path()).isEmpty());
    assertThat(backups.recover().orphans()).isEmpty();
    assertThat(Folders.names(folder))
        .filteredOn(name -> name.startsWith("app.db."))
        .isSubsetOf("app.db.backup-lock");
    assertThat(Folders.names(store)).noneMatch(name -> name.matches("\\.(intent|deleted|open)-.*"));
  }

  private static String withoutMode(String state) {
    return state.substring(state.indexOf(']'));
  }

  @Override
  public void close() {
    Folders.delete(folder);
  }
}
