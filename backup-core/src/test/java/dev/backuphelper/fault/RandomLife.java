package dev.backuphelper.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.CreateRequest;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.local.LocalStore;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * A store that two applications share, one with two databases and one with a third, and what it
 * should hold after each random step.
 */
final class RandomLife implements AutoCloseable {
  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");
  private static final List<BackupType> TYPES = List.of(BackupType.values());
  private static final int MOST_STEPS_BEFORE_A_CRASH = 700;

  private final Random random;
  private final Path folder;
  private final Path store;
  private final List<List<Path>> applications;
  private final Faults faults = new Faults();
  private final FaultyFileSystem files = new FaultyFileSystem(faults);
  private final Map<BackupId, Held> model = new TreeMap<>();
  private final Map<Path, String> live = new LinkedHashMap<>();
  private final List<String> history = new ArrayList<>();
  private Instant now = START;
  private int version = 1;
  private int crashes;
  private int leftOpen;
  private int asked;

  /** What the model knows of a backup. */
  private record Held(
      GroupId group,
      Map<Path, String> contents,
      BackupKind kind,
      BackupType type,
      BackupId parent,
      Instant date,
      boolean pinned) {
    static Held of(Backup backup, Map<Path, String> contents) {
      return new Held(
          backup.group(),
          contents,
          backup.kind(),
          backup.type(),
          backup.parent().orElse(null),
          backup.manifest().date(),
          backup.pinned());
    }

    Held pinned(boolean is) {
      return new Held(group, contents, kind, type, parent, date, is);
    }
  }

  RandomLife(long seed) throws IOException {
    random = new Random(seed);
    folder = Folders.create();
    store = folder.resolve("backups");
    Path first = Databases.create(folder.resolve("first.db"), true, 1024);
    Path second = Databases.create(folder.resolve("second.db"), false, 512);
    Path third = Databases.create(folder.resolve("third.db"), true, 512);
    applications = List.of(List.of(first, second), List.of(third));
    for (List<Path> application : applications) {
      for (Path database : application) {
        live.put(database, Databases.content(database));
      }
    }
  }

  List<String> history() {
    return history;
  }

  int crashes() {
    return crashes;
  }

  /** Returns how many of them left something open. */
  int leftOpen() {
    return leftOpen;
  }

  /** Returns after how many of them a recovery left the choice to a person. */
  int asked() {
    return asked;
  }

  /** Does one thing, with or without a crash, and compares. */
  void step() throws IOException {
    int kind = random.nextInt(20);
    if (kind < 3) {
      change();
    } else if (kind < 4) {
      now = now.plusSeconds(random.nextInt(1201) - 600);
      history.add("clock at " + now);
    } else if (kind < 13) {
      act(path -> path);
      compare();
    } else {
      crash();
      compare();
    }
    now = now.plusMillis(random.nextInt(3));
  }

  private void change() {
    List<Path> databases = new ArrayList<>(live.keySet());
    Path database = databases.get(random.nextInt(databases.size()));
    version++;
    history.add("change " + database.getFileName() + " to " + version);
    Databases.change(database, version);
    live.put(database, Databases.content(database));
  }

  /** Lets some operation die at some point, and recovers. */
  private void crash() throws IOException {
    Map<Path, String> before = new LinkedHashMap<>(live);
    Map<BackupId, Held> known = new TreeMap<>(model);
    faults.arm(
        Faults.Kind.FAIL,
        1 + random.nextInt(1 + random.nextInt(MOST_STEPS_BEFORE_A_CRASH)),
        Faults.Span.FOR_EVER);
    boolean died = false;
    try {
      act(files::path);
    } catch (BackupException expected) {
      died = true;
    } catch (AssertionError unfinished) {
      if (!faults.fired()) {
        throw unfinished;
      }
    } finally {
      faults.disarm();
    }
    if (faults.fired()) {
      crashes++;
      history.add((died ? "died at " : "went on at ") + faults.firedAt());
      Burial.of(store);
      recover();
      learn(before, known);
    } else {
      assertThat(died).as("died without a fault").isFalse();
    }
  }

  private void recover() throws IOException {
    BackupHelper helper = helper(path -> path, applications.get(random.nextInt(2)));
    leftOpen += helper.openPlans().isEmpty() ? 0 : 1;
    RecoverReport report = helper.recover();
    if (!report.open().isEmpty()) {
      asked++;
      report = helper.recover(new RecoverRequest(null, RecoverChoice.RESTORE, false));
    }
    assertThat(report.open()).isEmpty();
    assertThat(report.orphans()).isEmpty();
    assertThat(helper.openPlans()).isEmpty();
  }

  /** Accepts what a crash may have done, and nothing else. */
  private void learn(Map<Path, String> before, Map<BackupId, Held> known) throws IOException {
    String last = lastAct;
    for (List<Path> application : applications) {
      Map<Path, String> state = contents(application);
      Map<Path, String> former = new HashMap<>(before);
      former.keySet().retainAll(application);
      List<Map<Path, String>> allowed = new ArrayList<>(List.of(former));
      if (restoring != null && known.containsKey(restoring)) {
        Map<Path, String> wanted = known.get(restoring).contents();
        if (wanted.keySet().equals(former.keySet())) {
          allowed.add(wanted);
        }
      }
      assertThat(state).as("all old or all new after: %s", last).isIn(allowed);
      live.putAll(state);
    }
    Map<BackupId, Backup> listed = listed();
    for (BackupId id : known.keySet()) {
      if (!listed.containsKey(id)) {
        assertThat(mayGo).as("removed by: %s", last).contains(id);
        assertThat(known.get(id).pinned()).as("%s was pinned", id).isFalse();
      }
    }
    model.clear();
    for (Backup backup : listed.values()) {
      Held held = known.get(backup.id());
      if (held == null) {
        held = Held.of(backup, stored(backup));
        for (Map.Entry<Path, String> content : held.contents().entrySet()) {
          Set<String> possible = new HashSet<>();
          possible.add(before.get(content.getKey()));
          possible.add(live.get(content.getKey()));
          assertThat(content.getValue()).as("the new backup %s", backup.id()).isIn(possible);
        }
      } else if (backup.id().equals(pinning)) {
        held = held.pinned(backup.pinned());
      }
      model.put(backup.id(), held);
    }
  }

  private String lastAct = "";
  private BackupId restoring;
  private BackupId pinning;
  private Set<BackupId> mayGo = Set.of();

  private void act(UnaryOperator<Path> paths) throws IOException {
    restoring = null;
    pinning = null;
    mayGo = Set.of();
    List<Path> application = applications.get(random.nextInt(applications.size()));
    BackupHelper helper = helper(paths, application);
    int kind = model.isEmpty() ? 0 : random.nextInt(10);
    BackupId some = model.isEmpty() ? null : pick();
    if (kind < 3) {
      create(helper, application, random.nextInt(6) == 0);
    } else if (kind < 6) {
      restore(paths, some);
    } else if (kind < 7) {
      clean(helper, 1 + random.nextInt(3));
    } else if (kind < 8) {
      pin(helper, some, random.nextInt(3) > 0);
    } else {
      delete(helper, some, random.nextInt(3) == 0);
    }
  }

  private BackupId pick() {
    List<BackupId> ids = new ArrayList<>(model.keySet());
    return ids.get(random.nextInt(ids.size()));
  }

  private void begin(String what) {
    lastAct = what;
    history.add(what);
  }

  private void create(BackupHelper helper, List<Path> application, boolean pinned) {
    begin("create of " + application.size() + (pinned ? ", pinned" : ""));
    CreateRequest.Builder request = CreateRequest.builder();
    if (pinned) {
      request.pinned();
    }
    int type = random.nextInt(2 * TYPES.size());
    BackupType asked = type < TYPES.size() ? TYPES.get(type) : null;
    if (asked == null) {
      request.automaticType();
    } else {
      request.type(asked);
    }
    Backup backup = helper.create(request.build());
    if (asked != null) {
      assertThat(backup.parent())
          .as("the parent of one asked as %s", asked)
          .isEqualTo(parent(backup.group(), asked));
    }
    add(backup, application);
  }

  private Optional<BackupId> parent(GroupId group, BackupType asked) {
    return asked == BackupType.FULL
        ? Optional.empty()
        : model.entrySet().stream()
            .filter(entry -> entry.getValue().group().equals(group))
            .filter(entry -> entry.getValue().kind() != BackupKind.SAFETY)
            .filter(
                entry ->
                    asked == BackupType.INCREMENTAL || entry.getValue().type() == BackupType.FULL)
            .map(Map.Entry::getKey)
            .max(Comparator.naturalOrder());
  }

  private void add(Backup backup, List<Path> application) {
    for (BackupId earlier : model.keySet()) {
      assertThat(backup.id()).as("ids increase").isGreaterThan(earlier);
    }
    Map<Path, String> contents = new HashMap<>(live);
    contents.keySet().retainAll(application);
    model.put(backup.id(), Held.of(backup, contents));
  }

  private void restore(UnaryOperator<Path> paths, BackupId id) {
    begin("restore of " + id);
    Held wanted = model.get(id);
    List<Path> application =
        applications.stream()
            .filter(a -> wanted.contents().keySet().equals(Set.copyOf(a)))
            .findFirst()
            .orElseThrow();
    restoring = id;
    BackupHelper helper = helper(paths, application);
    var report = helper.restore(id);
    Backup safety = helper.find(report.safetyBackup().orElseThrow()).orElseThrow();
    assertThat(safety.manifest().kind()).isEqualTo(BackupKind.SAFETY);
    add(safety, application);
    live.putAll(wanted.contents());
  }

  /**
   * Returns all but so many of each group; young safety backups, pinned ones, and what a clock made
   * that has been set back since, stay.
   */
  private Set<BackupId> olderThanNewest(int keep) {
    Set<BackupId> older = new TreeSet<>();
    Map<GroupId, Integer> seen = new HashMap<>();
    model.entrySet().stream()
        .filter(entry -> entry.getValue().kind() != BackupKind.SAFETY)
        .sorted(Map.Entry.<BackupId, Held>comparingByKey().reversed())
        .filter(entry -> seen.merge(entry.getValue().group(), 1, Integer::sum) > keep)
        .filter(entry -> !entry.getValue().pinned() && !entry.getValue().date().isAfter(now))
        .forEach(entry -> older.add(entry.getKey()));
    model.keySet().stream()
        .filter(id -> !older.contains(id))
        .toList()
        .forEach(kept -> older.removeAll(bases(kept)));
    return older;
  }

  private Set<BackupId> bases(BackupId id) {
    Set<BackupId> bases = new TreeSet<>();
    for (BackupId base = model.get(id).parent(); base != null; base = model.get(base).parent()) {
      bases.add(base);
    }
    return bases;
  }

  private void clean(BackupHelper helper, int keep) {
    begin("clean, keeping " + keep);
    Set<BackupId> protectedIds = new TreeSet<>();
    Map<GroupId, Integer> seen = new HashMap<>();
    model.entrySet().stream()
        .sorted(Map.Entry.<BackupId, Held>comparingByKey().reversed())
        .forEach(
            entry -> {
              Held held = entry.getValue();
              boolean newest = seen.merge(held.group(), 1, Integer::sum) == 1;
              if (held.pinned() || newest) {
                protectedIds.add(entry.getKey());
              }
            });
    mayGo = new TreeSet<>(model.keySet());
    mayGo.removeAll(protectedIds);
    CleanReport report = helper.cleanOld(keep);
    assertThat(report.errors()).isEmpty();
    assertThat(report.removed().stream().map(removed -> new BackupId(removed.id())))
        .as("cleaned, kept %s", report.kept())
        .containsExactlyInAnyOrderElementsOf(olderThanNewest(keep))
        .isSubsetOf(mayGo);
    report.removed().forEach(removed -> model.remove(new BackupId(removed.id())));
  }

  private void pin(BackupHelper helper, BackupId id, boolean pinned) {
    begin((pinned ? "pin " : "unpin ") + id);
    pinning = id;
    Backup backup = pinned ? helper.pin(id) : helper.unpin(id);
    assertThat(backup.pinned()).isEqualTo(pinned);
    model.put(id, model.get(id).pinned(pinned));
  }

  private void delete(BackupHelper helper, BackupId id, boolean force) {
    begin("delete " + id + (force ? " by force" : ""));
    Held held = model.get(id);
    boolean last =
        model.values().stream().filter(other -> other.group().equals(held.group())).count() == 1;
    boolean isBase = model.values().stream().anyMatch(other -> id.equals(other.parent()));
    boolean refused = held.pinned() || isBase || (last && !force);
    mayGo = refused ? Set.of() : Set.of(id);
    try {
      helper.delete(List.of(id), force, false);
      assertThat(refused).as("should have been refused").isFalse();
      model.remove(id);
    } catch (RefusedException expected) {
      assertThat(refused).as(expected.getMessage()).isTrue();
    }
  }

  private BackupHelper helper(UnaryOperator<Path> paths, List<Path> application) {
    BackupHelper.Builder builder =
        BackupHelper.builder()
            .store(LocalStore.in(paths.apply(store)))
            .clock(new LifeClock())
            .lockTimeout(Duration.ofSeconds(2));
    application.forEach(database -> builder.source(SqliteSource.of(paths.apply(database))));
    return builder.build();
  }

  private final class LifeClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private Map<BackupId, Backup> listed() {
    Map<BackupId, Backup> listed = new TreeMap<>(Comparator.naturalOrder());
    BackupHelper helper = helper(path -> path, applications.get(0));
    assertThat(helper.listing().unreadable()).isEmpty();
    helper.list().forEach(backup -> listed.put(backup.id(), backup));
    return listed;
  }

  private static Map<Path, String> contents(List<Path> databases) {
    Map<Path, String> contents = new HashMap<>();
    databases.forEach(database -> contents.put(database, Databases.content(database)));
    return contents;
  }

  private Map<Path, String> stored(Backup backup) throws IOException {
    Map<Path, String> contents = new HashMap<>();
    for (Component component : backup.components()) {
      Path copy = folder.resolve("copy.db");
      helper(path -> path, applications.get(0))
          .restore(RestoreRequest.of(backup.id()).component(component.name()).to(copy).build());
      contents.put(Path.of(component.source()), Databases.content(copy));
      Files.delete(copy);
    }
    return contents;
  }

  private void compare() {
    Map<BackupId, Backup> listed = listed();
    assertThat(listed.keySet()).as("listed").isEqualTo(model.keySet());
    for (Backup backup : listed.values()) {
      assertThat(backup.pinned())
          .as("%s is pinned", backup.id())
          .isEqualTo(model.get(backup.id()).pinned());
      assertThat(backup.verified()).as("%s is verified", backup.id()).isTrue();
    }
    live.forEach(
        (database, content) ->
            assertThat(Databases.content(database)).as("%s", database).isEqualTo(content));
  }

  /** Restores every backup and compares what is in it. */
  void end() throws IOException {
    history.add("end");
    compare();
    BackupHelper helper = helper(path -> path, applications.get(0));
    assertThat(model.isEmpty() || helper.verifyAll().allValid()).isTrue();
    for (Map.Entry<BackupId, Held> entry : model.entrySet()) {
      for (Component component : helper.find(entry.getKey()).orElseThrow().components()) {
        Path copy = folder.resolve("copies").resolve("copy.db");
        helper.restore(
            RestoreRequest.of(entry.getKey()).component(component.name()).to(copy).build());
        assertThat(Databases.content(copy))
            .as("%s of %s", component.name(), entry.getKey())
            .isEqualTo(entry.getValue().contents().get(Path.of(component.source())));
        Folders.delete(copy.getParent());
      }
    }
    for (String name : Folders.names(store)) {
      assertThat(name)
          .doesNotStartWith(".intent")
          .doesNotStartWith(".deleted")
          .doesNotStartWith(".staging");
    }
  }

  @Override
  public void close() throws IOException {
    faults.disarm();
    Folders.delete(folder);
    assertThat(Files.exists(folder)).isFalse();
  }
}
