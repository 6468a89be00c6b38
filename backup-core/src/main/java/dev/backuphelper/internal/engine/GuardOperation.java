package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.catalog.Reservation;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.BackupNotFoundException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.LockedException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.internal.io.HeldInterrupt;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.TargetState;
import dev.backuphelper.store.LockHeldException;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Databases that are locked for a migration which can be undone, even if the process dies. Used by
 * one thread from its opening to its end, because the locks belong to it.
 *
 * <p>The marker of a migration is the plan of the restore that would undo it, written before the
 * safety backup whose id it has: as long as it is {@linkplain PlanFile.Phase#PENDING pending}, the
 * migration has not begun and there is nothing to undo.
 */
public final class GuardOperation implements AutoCloseable {
  // Once more than for the safety backup, because the restore that undoes asks for as much.
  private static final long METADATA_BYTES = 1 << 20;

  // The safety backup, the state found if the migration fails, and the copy that proves the result.
  private static final int IMAGES_IN_STORE = 3;

  private static final Logger LOG = LoggerFactory.getLogger(GuardOperation.class);

  /** The migrations that are open in this process. */
  private static final Set<BackupId> OPEN = ConcurrentHashMap.newKeySet();

  private final Context context;
  private final GuardOrder order;
  private final Events events;
  private final List<Guarded> databases;
  private final TargetLocks locks;
  private final List<PlanFile> marker = new ArrayList<>();
  private @Nullable Reservation reservation;
  private @Nullable Heartbeat heartbeat;
  private @Nullable Backup safety;

  /** A database, and what was there before the migration. */
  private record Guarded(NamedSource source, Target target, TargetState before, String fileKey) {
    boolean isDatabase() {
      return before == TargetState.DATABASE;
    }

    Goal goal(Map<Path, SourceName> names) {
      return new Goal(target.path(), names.getOrDefault(target.path(), source.name()), before);
    }
  }

  private GuardOperation(
      Context context, GuardOrder order, List<Guarded> databases, TargetLocks locks) {
    this.context = context;
    this.order = order;
    this.events = context.events("guard");
    this.databases = databases;
    this.locks = locks;
  }

  /**
   * Locks the databases, waiting for whoever migrates them, and resolves what a process that died
   * left open.
   *
   * @throws RefusedException if something stays open, or a migration of one of them goes on in this
   *     thread
   */
  public static GuardOperation open(Context context, GuardOrder order) {
    return Failures.translate(
        "cannot guard migration " + order.label(),
        () -> openLocked(context.with(order.connections()), order));
  }

  /** Tells whether a migration is open in this process. */
  static boolean isOpen(BackupId id) {
    return OPEN.contains(id);
  }

  /**
   * Returns the real paths of the configured databases, be they missing. Takes no lock, and reads
   * none.
   */
  public static List<Path> databases(Context context) {
    return Failures.translate(
        "cannot find the databases", () -> named(context).stream().map(NamedSource::path).toList());
  }

  private static List<NamedSource> named(Context context) throws IOException {
    try {
      return NamedSource.ofConfigured(context.sources());
    } catch (NoSuchFileException missing) {
      throw new SourceException(
          ErrorCode.SOURCE_NOT_FOUND,
          "the folder of the database does not exist: " + missing.getFile(),
          "Check the path, or make the folder first.",
          missing);
    }
  }

  private static GuardOperation openLocked(Context context, GuardOrder order) throws IOException {
    if (context.sources().isEmpty()) {
      throw new InvalidRequestException(
          "there is nothing to guard: no database was named", "Name the database to be migrated.");
    }
    List<NamedSource> sources = named(context);
    List<Path> paths = sources.stream().map(NamedSource::path).toList();
    paths.forEach(TargetPaths::requireShortName);
    TargetLocks locks = lock(paths, order);
    try {
      resolveOpen(context, paths);
      List<Guarded> databases = new ArrayList<>();
      for (NamedSource source : sources) {
        databases.add(look(context, source));
      }
      GuardOperation guard = new GuardOperation(context, order, databases, locks);
      guard.events.step("locked", order.label());
      return guard;
    } catch (IOException | RuntimeException | Error failure) {
      locks.close();
      throw failure;
    }
  }

  private static TargetLocks lock(List<Path> paths, GuardOrder order) throws IOException {
    String operation = "migration " + order.label();
    Optional<Path> guarded =
        paths.stream().filter(OuterGuard.in(System.getenv())::guards).findFirst();
    try {
      return TargetLocks.take(
          paths, operation, guarded.isPresent() ? Duration.ZERO : order.patience());
    } catch (LockHeldException held) {
      if (guarded.isPresent()) {
        throw new RefusedException(
            guarded.get() + " is guarded already, by the guard that this process runs in",
            "Guard it once, around everything that belongs to the migration.");
      }
      throw new LockedException(
          "not migrated: " + held.getMessage(),
          "Wait until it has ended; or wait longer, with --wait, or GuardPolicy.withPatience.",
          held);
    }
  }

  // The newest first, as a recovery does: it knows of the one whose place it takes.
  private static void resolveOpen(Context context, List<Path> paths) throws IOException {
    Map<BackupId, Path> newestFirst = new TreeMap<>(Comparator.reverseOrder());
    for (Path path : paths) {
      openBeside(context, path).ifPresent(open -> newestFirst.put(open.id(), path));
    }
    for (Map.Entry<BackupId, Path> found : newestFirst.entrySet()) {
      Path path = found.getValue();
      Optional<PlanFile> open =
          openBeside(context, path).filter(still -> still.id().equals(found.getKey()));
      if (open.isPresent()) {
        resolveOpen(context, open.get());
      }
    }
    List<OpenPointers.Pointer> lost = pointers(context, paths);
    // Whoever removed the marker of one has not undone it.
    for (OpenPointers.Pointer pointer : begun(lost)) {
      resolve(context, pointer.id(), paths.get(0));
    }
    if (!lost.isEmpty()) {
      // What died before its first marker, or after its last, has changed nothing.
      new SupersededPlans(context, paths, null).forgetLost();
    }
  }

  private static List<OpenPointers.Pointer> begun(List<OpenPointers.Pointer> pointers) {
    return pointers.stream().filter(OpenPointers.Pointer::begun).toList();
  }

  /** Returns what the store says is open at one of these databases. */
  private static List<OpenPointers.Pointer> pointers(Context context, List<Path> paths) {
    Set<String> markers =
        paths.stream().map(path -> PlanFile.beside(path).toString()).collect(Collectors.toSet());
    try {
      return new OpenPointers(context.store())
          .listing().pointers().stream()
              .filter(pointer -> pointer.plans().stream().anyMatch(markers::contains))
              .toList();
    } catch (IOException unreadable) {
      // No safety backup can be made there either.
      return List.of();
    }
  }

  private static void resolveOpen(Context context, PlanFile open) {
    if (isOpen(open.id())) {
      throw new RefusedException(
          "%s of %s is going on here already".formatted(open.plan().title(), open.target()),
          "Guard it once, around everything that belongs to it.");
    }
    resolve(
        context.with(context.storeAt(open.plan().store()), context.sources()),
        open.id(),
        open.target());
  }

  private static Optional<PlanFile> openBeside(Context context, Path path) throws IOException {
    try {
      Optional<PlanFile> found = PlanFile.read(path);
      if (found.isPresent() && !found.get().target().equals(path)) {
        throw new RefusedException(
            "not migrated: %s came here with a moved or copied database; it says that %s of %s is open"
                .formatted(PlanFile.beside(path), found.get().plan().title(), found.get().target()),
            cameAlong(context, found.get().plan(), path));
      }
      return found;
    } catch (UnusablePlanException unusable) {
      String close =
          begun(pointers(context, List.of(path))).stream()
              .map(lost -> ", then keep what is there: " + Remedy.keep(context.store(), lost.id()))
              .collect(Collectors.joining());
      throw new RefusedException(
          "not migrated: " + unusable.getMessage(),
          "Recover with the version that wrote it; or look at the database, remove that file by"
              + " hand%s.".formatted(close),
          unusable);
    }
  }

  private static String cameAlong(Context context, Plan plan, Path path) {
    String remove = "Look at the database, then remove that file by hand.";
    BackupId former = plan.backup();
    return former == null
        ? remove
        : "%s Or put the former content there with: %s --target %s"
            .formatted(
                remove,
                Remedy.restore(context.storeAt(plan.store()), former),
                Remedy.word(path.toString()));
  }

  // Nobody sees the report, so what became of it is told here.
  private static void resolve(Context context, BackupId id, Path path) {
    RecoverReport report =
        new RecoverOperation(context, new RecoverOrder(id, RecoverChoice.PLANNED, false)).run();
    for (RecoverReport.Resolved resolved : report.resolved()) {
      context
          .events("guard")
          .warning(
              "%s had been interrupted: %s %s%s"
                  .formatted(
                      resolved.title(),
                      resolved.action().key(),
                      resolved.targets(),
                      resolved
                          .safetyBackup()
                          .map(found -> "; what was found is kept as backup " + found)
                          .orElse("")));
    }
    report.open().forEach(left -> LOG.warn("{} stays open: {}", left.marker(), left.reason()));
    if (!report.open().isEmpty()) {
      throw notResolved(context, report.open().get(0), path);
    }
  }

  private static BackupException notResolved(Context context, RecoverReport.Open left, Path path) {
    String message = "not migrated: " + left.reason();
    if (left.code() == ErrorCode.LOCKED) {
      return new LockedException(message, "Wait until it has ended.", null);
    }
    return switch (left.code()) {
      case REFUSED, BACKUP_NOT_FOUND, SOURCE_NOT_FOUND, CORRUPT, UNSUPPORTED_FORMAT ->
          new RefusedException(message, hint(context, left, path));
      default -> new StorageException(left.code(), message, left.hint(), null);
    };
  }

  // A recovery finds what is open by the store, which may be gone.
  private static String hint(Context context, RecoverReport.Open left, Path path) {
    try {
      if (left.id().isPresent()
          && new OpenPointers(context.store()).find(left.id().get()).isPresent()) {
        return left.hint();
      }
    } catch (IOException unreadable) {
      // What cannot be read is no help.
    }
    return "Bring back the store %s; or, to keep what is there, remove %s by hand."
        .formatted(context.store().location(), PlanFile.beside(path));
  }

  private static Guarded look(Context context, NamedSource source) throws IOException {
    Source engine = source.source().at(source.path());
    Target target = engine.target();
    // What could not be restored must not be migrated.
    TargetPaths.requireOutside(target.path(), List.of(context.store()));
    TargetState before = target.probe(context.patience());
    if (before == TargetState.UNREADABLE) {
      throw new SourceException(
          ErrorCode.SOURCE_UNREADABLE,
          "not migrated: %s cannot be read as a database".formatted(source.path()),
          "Check the path: is it the database? If it is damaged, restore a backup first.");
    }
    return new Guarded(
        new NamedSource(source.name(), source.path(), engine),
        target,
        before,
        target.fingerprint().fileKey());
  }

  /** Returns the real paths of the databases. */
  public List<Path> databases() {
    return databases.stream().map(database -> database.target().path()).toList();
  }

  /**
   * Writes the marker and makes the safety backup. If that fails, there is no marker any more.
   *
   * @return the safety backup; empty when no database has content yet
   * @throws RefusedException if a database fails its own checks
   */
  public Optional<Backup> protect() {
    return Failures.translate(
        "cannot protect migration " + order.label(),
        () -> {
          try {
            lookAgain();
            requireSpace();
            safety = makeSafetyBackup();
            requireSound();
            return Optional.ofNullable(safety);
          } catch (IOException | RuntimeException failure) {
            closeAfter(failure);
            throw failure;
          }
        });
  }

  // Since the first look somebody may have put something where nothing was: a tool that was asked
  // what is pending, or another process.
  private void lookAgain() throws IOException {
    for (int index = 0; index < databases.size(); index++) {
      if (!databases.get(index).isDatabase()) {
        Guarded now = look(context, databases.get(index).source());
        if (now.isDatabase()) {
          databases.set(index, now);
        }
      }
    }
  }

  private @Nullable Backup makeSafetyBackup() throws IOException {
    List<Source> sources =
        databases.stream().filter(Guarded::isDatabase).map(d -> d.source().source()).toList();
    if (sources.isEmpty()) {
      context.store().create();
      reservation = Reservation.take(context.store(), context.clock().instant(), id -> List.of());
      writeMarker(reservation.id(), null, Map.of());
      return null;
    }
    Map<Path, SourceName> names = new HashMap<>();
    NamedSource.ofExisting(sources).forEach(named -> names.put(named.path(), named.name()));
    Backup backup =
        new CreateOperation(
                context.with(context.store(), sources),
                CreateOrder.safety(order.label(), null, order.actor()))
            .run(id -> writeMarker(id, id, names));
    events.step("safety-backup-made", backup.id());
    return backup;
  }

  /** Writes the marker; {@code names} are those that databases have in the safety backup. */
  private void writeMarker(BackupId id, @Nullable BackupId backup, Map<Path, SourceName> names)
      throws IOException {
    String store = context.store().location();
    Plan plan =
        new Plan(
            id,
            ProcessOwner.current(),
            order.purpose(),
            databases.get(0).source().source().engine(),
            store,
            store,
            backup,
            null,
            null,
            null,
            true,
            databases.stream().map(database -> database.goal(names)).toList());
    OPEN.add(id);
    for (Guarded database : databases) {
      marker.add(
          PlanFile.of(
              plan,
              database.target().path(),
              database.fileKey(),
              database.before(),
              PlanFile.Phase.PENDING));
    }
    new OpenPointers(context.store())
        .put(
            new OpenPointers.Pointer(
                id,
                OpenPointers.MIGRATION,
                List.of(id),
                databases().stream().map(path -> PlanFile.beside(path).toString()).toList(),
                false));
    events.step("pointer-written", id);
    for (PlanFile file : marker) {
      file.write();
      events.step("marker-written", file.target());
    }
  }

  private void requireSound() {
    Backup made = safety;
    if (made != null && made.damaged()) {
      List<String> findings =
          made.components().stream()
              .flatMap(component -> component.checks().stream())
              .filter(Check::isFailed)
              .map(check -> check.name() + ": " + check.detail())
              .toList();
      throw new RefusedException(
          "not migrated: the database fails its own checks: " + String.join("; ", findings),
          "Repair or restore it first. What was there is kept as backup " + made.id() + ".");
    }
  }

  // A restore that fails for want of room is no help, so there must be room for it beforehand.
  private void requireSpace() throws IOException {
    SpaceNeeded space = new SpaceNeeded(context.store(), "undoing the migration");
    space.inStore(METADATA_BYTES);
    for (Guarded database : databases) {
      if (database.isDatabase()) {
        long size;
        try (var snapshot = database.target().open(context.patience())) {
          size = snapshot.size();
        }
        space.inStore(IMAGES_IN_STORE * size);
        space.besideTarget(
            database.target().path(), database.target().spaceNeeded(database.before(), size));
      }
    }
    space.require();
  }

  /** Says in the marker, durably, that the databases may change from now on. */
  public void begin() {
    Failures.translate(
        "cannot begin migration " + order.label(),
        () -> {
          try {
            // From now on a marker that is gone was removed by somebody else.
            if (!marker.isEmpty()) {
              new OpenPointers(context.store()).setBegun(marker.get(0).id(), true);
            }
            for (int index = 0; index < marker.size(); index++) {
              String now = databases.get(index).target().fingerprint().state();
              write(index, marker.get(index).in(PlanFile.Phase.WRITING, now));
            }
          } catch (IOException | RuntimeException failure) {
            closeAfter(failure);
            throw failure;
          }
          heartbeat = Heartbeat.of(marker);
          events.step("migration-begun", order.label());
          return marker;
        });
  }

  /** Lets the marker say that the work goes on only as long as this holds. */
  public void beatWhile(BooleanSupplier condition) {
    Heartbeat beating = heartbeat;
    if (beating != null) {
      beating.beatWhile(condition);
    }
  }

  /** Says in the marker that a process is about to be started which works on the databases. */
  public void startingWorker() {
    changePurpose(marker.get(0).plan().purpose().startingWorker());
  }

  /** Says in the marker which process works on the databases: it must be gone before a recovery. */
  public void startedWorker(ProcessHandle process) {
    changePurpose(marker.get(0).plan().purpose().startedWorker(ProcessOwner.of(process)));
  }

  private void changePurpose(Purpose purpose) {
    Failures.translate(
        "cannot mark migration " + order.label(),
        () -> {
          for (int index = 0; index < marker.size(); index++) {
            PlanFile file = marker.get(index);
            write(index, file.with(file.plan().with(purpose)));
          }
          return marker;
        });
  }

  private void write(int index, PlanFile file) throws IOException {
    file.write();
    marker.set(index, file);
    events.step("marker-" + file.phase().key(), file.target());
  }

  /**
   * Examines the databases after the migration.
   *
   * @return the checks, by database; one that failed is damage, or a fault that was not there
   */
  public Map<Path, List<Check>> check() {
    return Failures.translate(
        "cannot check the databases after migration " + order.label(),
        () -> {
          Map<Path, List<Check>> checks = new HashMap<>();
          for (Guarded database : databases) {
            checks.put(database.target().path(), check(database));
            events.step("checked", database.target().path());
          }
          return checks;
        });
  }

  private List<Check> check(Guarded database) throws IOException {
    // Whatever the migration put at the path is looked at, be it another file.
    Target target = database.source().source().target();
    if (database.isDatabase() && target.probe(context.patience()) != TargetState.DATABASE) {
      return List.of(Check.failed("presence", "there is no database any more"));
    }
    Optional<Artifact> former = former(database);
    if (former.isEmpty()) {
      return target.check(null, context.patience());
    }
    try (LocalImage image =
        LocalImage.of(context.store(), context.store(), former.get())
            .require(former.get().component(), true)) {
      return target.check(image.path(), context.patience());
    }
  }

  private Optional<Artifact> former(Guarded database) throws IOException {
    Backup made = safety;
    return made == null
        ? Optional.empty()
        : context.open(made).artifactOf(database.target().path());
  }

  /**
   * Puts the former content back; the state found is kept as a safety backup. The marker is gone
   * after that. If it fails, the marker stays.
   */
  public RestoreReport undo() {
    events.step("undoing", order.label());
    Plan plan = marker.get(0).plan();
    RestoreReport report = restore(plan);
    stopHeart();
    OPEN.remove(plan.id());
    marker.clear();
    closeReservation();
    events.step("undone", order.label());
    return report;
  }

  /** Restores, and says in the report too what listeners are warned of. */
  private RestoreReport restore(Plan plan) {
    List<String> warnings = new ArrayList<>();
    Context heard =
        context.with(
            event -> {
              if (event instanceof BackupEvent.Warning warning) {
                warnings.add(warning.message());
              }
              context.listener().on(event);
            });
    try {
      return new RestoreOperation(heard, RestoreOrder.of(plan, false)).run().withWarnings(warnings);
    } catch (BackupNotFoundException gone) {
      // Made by this guard, it was removed since, be it by the migration: nothing else will do.
      throw new BackupNotFoundException(
          String.valueOf(gone.getMessage()),
          "Bring back the store %s, with that backup.".formatted(context.store().location()));
    }
  }

  /** Removes the marker: what is there stays. */
  public void commit() {
    Failures.translate(
        "cannot close migration " + order.label(),
        () -> {
          closeMarker();
          return marker;
        });
  }

  private void closeMarker() throws IOException {
    stopHeart();
    if (!marker.isEmpty()) {
      BackupId id = marker.get(0).id();
      if (marker.stream().anyMatch(file -> file.phase() != PlanFile.Phase.PENDING)) {
        endPointer(id);
      }
      PlanFile.removeAll(marker, file -> events.step("marker-removed", file.target()));
      marker.clear();
      OPEN.remove(id);
      removePointer(id);
    }
    closeReservation();
  }

  // If this cannot be said, and the process dies before the pointer is gone, a recovery asks.
  private void endPointer(BackupId id) {
    try {
      new OpenPointers(context.store()).setBegun(id, false);
    } catch (IOException fullDisk) {
      events.warning("the pointer could not be written: " + fullDisk.getMessage());
    }
  }

  // Without the marker nothing is open, whatever the store says; a recovery tidies it.
  private void removePointer(BackupId id) {
    try {
      new OpenPointers(context.store()).remove(id);
      events.step("pointer-removed", id);
    } catch (IOException leftBehind) {
      events.warning("something is left behind: " + leftBehind.getMessage());
    }
  }

  private void closeReservation() {
    Reservation open = reservation;
    if (open != null) {
      reservation = null;
      try {
        open.close();
      } catch (IOException leftBehind) {
        events.warning("something is left behind: " + leftBehind.getMessage());
      }
    }
  }

  // Tidies up even if it was an interrupt that broke off the work.
  private void closeAfter(Exception failure) {
    try (HeldInterrupt held = HeldInterrupt.take()) {
      closeMarker();
    } catch (IOException | BackupException leftBehind) {
      failure.addSuppressed(leftBehind);
    }
  }

  private void stopHeart() {
    Heartbeat beating = heartbeat;
    if (beating != null) {
      beating.close();
      heartbeat = null;
    }
  }

  /** Returns the command by which a person puts the former content back. */
  public Optional<String> restoreCommand() {
    return Optional.ofNullable(safety).map(made -> Remedy.restore(store(), made.id()));
  }

  /** Returns the commands that resolve the marker, if it is still there. */
  public Optional<String> recoverCommand() {
    return marker.isEmpty()
        ? Optional.empty()
        : Optional.of(Remedy.recover(store(), marker.get(0).id()));
  }

  private Store store() {
    return context.store();
  }

  /** Releases the locks. A marker that is still there stays, for a recovery. */
  @Override
  public void close() {
    stopHeart();
    marker.forEach(file -> OPEN.remove(file.id()));
    Failures.translate(
        "cannot release the locks of migration " + order.label(),
        () -> {
          locks.close();
          return locks;
        });
    events.step("released", order.label());
  }
}
