package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Reservation;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Manifest;
import dev.backuphelper.model.RestoreOutcome;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.Target;
import dev.backuphelper.source.TargetState;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Restores: examines what is restored, takes a safety backup of what is there, then lets a {@link
 * RestoreTransaction} write. Nothing is touched before everything that can be known was checked.
 */
public final class RestoreOperation {
  /** What a safety backup before a restore says that it protects from. */
  static final String SAFETY_OPERATION = "pre_restore";

  private final Context context;
  private final Context journal;
  private RestoreOrder order;
  private final Events events;
  private final RestoreInput input;
  private final List<String> warnings = new ArrayList<>();
  private final long begun = System.nanoTime();

  /** Creates the operation. */
  public RestoreOperation(Context context, RestoreOrder order) {
    this.context = context;
    this.order = order;
    this.events = context.events("restore");
    this.input = new RestoreInput(context, order, warnings);
    Store journalStore =
        order.safetyDirectory() == null
            ? context.store()
            : context.stores().apply(order.safetyDirectory());
    this.journal = context.with(journalStore, context.sources());
  }

  /** Restores. */
  public RestoreReport run() {
    Path file = order.file();
    return Failures.translate(
        "cannot restore " + order.from(),
        () -> {
          if (file != null) {
            return restoreFile(file);
          }
          return order.id() == null ? restore(cleared()) : restoreBackup();
        });
  }

  private List<Wanted> cleared() {
    List<Wanted> wanted = new ArrayList<>();
    for (Goal goal : order.cleared()) {
      Plan plan = Objects.requireNonNull(order.resolving(), "resolving");
      Source engine = context.engine(plan.engine(), goal.target());
      wanted.add(new Wanted(goal.component(), engine, goal.target(), null, goal.content()));
    }
    return wanted;
  }

  private RestoreReport restoreBackup() throws IOException {
    BackupId id = Objects.requireNonNull(order.id(), "id");
    Lookup lookup = new Lookup(context);
    lookup.require(id);
    if (!order.dryRun()) {
      new Leftovers(context).sweepIfIdle();
    }
    try (StoreLock lock = context.lock(LockMode.SHARED, "restore")) {
      OpenedBackup opened = context.open(lookup.require(id));
      Backup backup = opened.backup();
      List<Component> components = input.components(backup);
      List<Wanted> wanted = new ArrayList<>();
      Map<Component, Path> paths =
          new TargetPaths(context, order).of(backup.manifest(), components);
      for (Map.Entry<Component, Path> entry : paths.entrySet()) {
        Component component = entry.getKey();
        Source engine = context.engine(component.engine(), entry.getValue(), component.source());
        wanted.add(
            new Wanted(
                component.name(),
                engine,
                entry.getValue(),
                opened.artifact(component.name()),
                TargetState.DATABASE));
      }
      wanted.addAll(cleared());
      try {
        input.requireSound(backup, components);
        events.step("input-verified", id);
        return restore(wanted);
      } finally {
        tidy(input::close);
      }
    }
  }

  private RestoreReport restoreFile(Path file) throws IOException {
    Path to = order.target();
    if (to == null) {
      throw new InvalidRequestException(
          "a plain file says not where to restore it: " + file, "Say so with --target.");
    }
    if (!Files.exists(file)) {
      throw new SourceException(
          ErrorCode.SOURCE_NOT_FOUND, "the file does not exist: " + file, "Check the path.");
    }
    Path target = new TargetPaths(context, order).usable(to);
    if (Files.exists(target) && Files.isSameFile(file, target)) {
      throw new InvalidRequestException(
          "the file is the target itself: " + file, "Restore into another file.");
    }
    SourceName name = NamedSource.nameOf(target);
    return restore(
        List.of(
            new Wanted(
                name,
                context.engine(Context.DEFAULT_ENGINE, target),
                target,
                null,
                TargetState.DATABASE)));
  }

  private RestoreReport restore(List<Wanted> wanted) throws IOException {
    return order.dryRun() ? rehearse(wanted) : restoreUnderLocks(wanted);
  }

  private RestoreReport rehearse(List<Wanted> wanted) throws IOException {
    List<RestoreRehearsal.Part> parts = new ArrayList<>();
    for (Wanted want : wanted) {
      boolean folderIsThere = Files.isDirectory(PrivateFiles.parent(want.path()));
      parts.add(new RestoreRehearsal.Part(want, folderIsThere ? aim(want) : null));
    }
    warnOfOpenPlans(parts.stream().map(RestoreRehearsal.Part::path).toList());
    RestoreRehearsal rehearsal = new RestoreRehearsal(context, space(), warnings);
    rehearsal.rehearse(parts, this::stage);
    return report(RestoreOutcome.UNCHANGED, rehearsal.restored(), null, false, rehearsal.bytes());
  }

  private RestoreSpace space() {
    return new RestoreSpace(journal.store(), order, context.patience());
  }

  private void warnOfOpenPlans(List<Path> targets) throws IOException {
    requireDistinct(targets);
    for (PlanFile open : new SupersededPlans(context, targets, resolvingId()).require()) {
      warnings.add(
          "%s of %s is open; this restore would take its place"
              .formatted(open.plan().title(), open.target()));
    }
  }

  private RestoreReport restoreUnderLocks(List<Wanted> wanted) throws IOException {
    for (Wanted want : wanted) {
      PrivateFiles.createOrdinaryDirectories(PrivateFiles.parent(want.path()));
    }
    List<Aim> aims = new ArrayList<>();
    for (Wanted want : wanted) {
      aims.add(aim(want));
    }
    List<Path> targets = aims.stream().map(Aim::path).toList();
    requireDistinct(targets);
    try (TargetLocks locks = TargetLocks.take(targets, "restore", context.patience())) {
      SupersededPlans former = new SupersededPlans(context, targets, resolvingId());
      List<PlanFile> superseded = former.require();
      for (Aim aim : aims) {
        aim.probe(context.patience());
      }
      confirm(aims);
      journal.store().create();
      RestoreReport report;
      try (StoreLock lock = journal.lock(LockMode.SHARED, "restore")) {
        report = restoreReserved(aims);
      }
      tidy(() -> former.forget(superseded));
      if (order.resolving() == null) {
        tidy(former::forgetLost);
      }
      return report;
    }
  }

  private static void requireDistinct(List<Path> targets) {
    if (targets.stream().distinct().count() < targets.size()) {
      throw new InvalidRequestException(
          "two components would go to the same file: " + targets, "Give each a file of its own.");
    }
  }

  private Aim aim(Wanted want) throws IOException {
    Target target = want.engine().target();
    // What a migration or a killed restore has begun is ended, if that is possible at all.
    if (order.resolving() == null) {
      TargetPaths.requireShortName(target.path());
    } else if (!target.path().equals(want.path())) {
      throw new RefusedException(
          "%s was replaced by a link to %s".formatted(want.path(), target.path()),
          "Remove the link, then run it again.");
    }
    TargetPaths.requireOutside(target.path(), List.of(context.store(), journal.store()));
    return new Aim(want, target);
  }

  /**
   * Returns what a target's settings are to be: after a migration those of its backup. A restore
   * keeps those that it finds; one that finishes a killed restore, those which that one found.
   */
  private @Nullable Map<String, Object> settings(Aim aim, RestorePart.Image image)
      throws IOException {
    Plan plan = order.resolving();
    if (plan == null || !aim.wanted().isDatabase()) {
      return null;
    }
    if (plan.purpose().isMigration()) {
      return image.facts();
    }
    BackupId found = plan.safetyBackup();
    Context where = context.with(context.storeAt(plan.store()), context.sources());
    Optional<Backup> safety = found == null ? Optional.empty() : where.catalog().find(found);
    return safety.isEmpty()
        ? null
        : where
            .open(safety.get())
            .artifactOf(aim.path())
            .map(artifact -> artifact.component().facts())
            .orElse(null);
  }

  private @Nullable BackupId resolvingId() {
    Plan plan = order.resolving();
    return plan == null ? null : plan.id();
  }

  private void confirm(List<Aim> aims) {
    List<Path> existing =
        aims.stream().filter(aim -> aim.before() != TargetState.MISSING).map(Aim::path).toList();
    if (!existing.isEmpty() && !order.confirmation().test(existing)) {
      throw new RefusedException(
          "not restored: overwriting was not confirmed: " + existing,
          "Confirm it, or use --force.");
    }
  }

  private RestoreReport restoreReserved(List<Aim> aims) throws IOException {
    Reservation reservation = reserve();
    List<LocalImage> inputs = new ArrayList<>();
    try {
      List<RestorePart.Image> images = new ArrayList<>();
      for (Aim aim : aims) {
        images.add(aim.wanted().isDatabase() ? image(aim, inputs) : RestorePart.Image.NONE);
      }
      requireSpace(aims, images);
      Backup safety = safetyBackup(aims);
      return restore(reservation.id(), aims, images, safety);
    } finally {
      for (LocalImage input : inputs) {
        tidy(input::close);
      }
      tidy(reservation::close);
    }
  }

  private Reservation reserve() throws IOException {
    try {
      return Reservation.take(journal.store(), context.clock().instant(), id -> List.of());
    } catch (IOException failure) {
      throw UnwritableJournal.failure(
          "cannot restore " + order.from(),
          "an intent (.intent-ID.json)",
          journal.store(),
          failure);
    }
  }

  private interface Cleanup {
    void run() throws IOException;
  }

  // What is left behind a later sweep removes. It must not hide what became of the restore.
  private void tidy(Cleanup cleanup) {
    try {
      cleanup.run();
    } catch (IOException leftBehind) {
      events.warning("something is left behind: " + leftBehind.getMessage());
    }
  }

  private RestorePart.Image image(Aim aim, List<LocalImage> inputs) throws IOException {
    Artifact artifact = aim.wanted().artifact();
    if (artifact != null) {
      Component component = artifact.component();
      return new RestorePart.Image(input.image(component.name()).path(), component.facts());
    }
    // In the store, where it is swept if this process dies.
    StagedFile image = journal.store().stage();
    inputs.add(LocalImage.of(image));
    RestoreInput.StagedFile staged = stage(image.path());
    events.step("input-verified", staged.file());
    return new RestorePart.Image(image.path(), staged.facts());
  }

  // Of a folder one file is chosen, once: a recovery of this restore must not choose another.
  private RestoreInput.StagedFile stage(Path image) throws IOException {
    RestoreInput.StagedFile staged =
        input.stage(Objects.requireNonNull(order.file(), "file"), image);
    String planned = order.fileSha256();
    if (planned != null && !planned.equals(staged.sha256())) {
      throw new RefusedException(
          "%s holds something else than when the restore of it began".formatted(staged.file()),
          "Bring the former file back; or keep what is there: %s --keep"
              .formatted(Remedy.recover(journal.store(), Objects.requireNonNull(resolvingId()))));
    }
    order = order.withFile(staged.file(), staged.sha256());
    return staged;
  }

  private void requireSpace(List<Aim> aims, List<RestorePart.Image> images) throws IOException {
    RestoreSpace space = space();
    for (int index = 0; index < aims.size(); index++) {
      space.add(aims.get(index), images.get(index).size());
    }
    space.require();
  }

  // What is secret in the one is so in the other.
  private static @Nullable Boolean encrypted(List<Aim> aims) {
    for (Aim aim : aims) {
      Artifact artifact = aim.wanted().artifact();
      if (artifact != null && artifact.key() != null) {
        return true;
      }
    }
    return null;
  }

  private @Nullable Backup safetyBackup(List<Aim> aims) {
    List<Source> databases =
        aims.stream()
            .filter(Aim::isDatabase)
            .map(aim -> aim.wanted().engine().at(aim.path()))
            .toList();
    if (databases.isEmpty() || !order.safetyBackup()) {
      return null;
    }
    try {
      Backup safety =
          new CreateOperation(
                  journal.with(journal.store(), databases),
                  CreateOrder.safety(operation(), encrypted(aims), order.actor()))
              .run();
      events.step("safety-backup-made", safety.id());
      return safety;
    } catch (SourceException unreadable) {
      if (unreadable.code() != ErrorCode.SOURCE_UNREADABLE || databases.size() > 1) {
        throw unreadable;
      }
      // It could be opened, but not be read to its end: it is kept as a file instead.
      warnings.add("kept aside, because it cannot be backed up: " + unreadable.getMessage());
      aims.forEach(
          aim -> {
            if (aim.isDatabase()) {
              aim.markUnreadable();
            }
          });
      return null;
    }
  }

  private String operation() {
    Plan plan = order.resolving();
    return plan != null && plan.purpose().isMigration()
        ? Manifest.FAILED_MIGRATION
        : SAFETY_OPERATION;
  }

  private RestoreReport restore(
      BackupId id, List<Aim> aims, List<RestorePart.Image> images, @Nullable Backup safety)
      throws IOException {
    List<RestorePart> parts = new ArrayList<>();
    long bytes = 0;
    for (int index = 0; index < aims.size(); index++) {
      Aim aim = aims.get(index);
      bytes += images.get(index).size();
      parts.add(
          new RestorePart(
              aim.wanted().name(),
              aim.wanted().engine(),
              aim.target(),
              aim.before(),
              aim.wanted().content(),
              images.get(index),
              settings(aim, images.get(index)),
              id));
    }
    boolean exact =
        new RestoreTransaction(context, journal, order, id, parts, safety, events).run();
    List<RestoreReport.Restored> restored = new ArrayList<>();
    for (RestorePart part : parts) {
      List<Path> kept = PlanFile.present(part.aside());
      if (part.before() == TargetState.MISSING) {
        kept.forEach(
            left ->
                warnings.add("a log or journal lay there without its database: kept as " + left));
      }
      restored.add(
          new RestoreReport.Restored(part.name(), part.target().path(), part.before(), kept));
    }
    return report(RestoreOutcome.RESTORED, restored, safety, !exact, bytes);
  }

  private RestoreReport report(
      RestoreOutcome outcome,
      List<RestoreReport.Restored> restored,
      @Nullable Backup safety,
      boolean contended,
      long bytes) {
    return new RestoreReport(
        Optional.ofNullable(order.id()),
        order.from(),
        outcome,
        restored,
        Optional.ofNullable(safety).map(Backup::id),
        order.verified() && !input.isDamaged(),
        contended,
        warnings,
        order.dryRun(),
        bytes,
        Duration.ofNanos(System.nanoTime() - begun));
  }
}
