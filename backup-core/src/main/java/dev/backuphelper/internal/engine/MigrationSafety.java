package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Reservation;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.source.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The safety backup of a migration. Where no database has content yet there is none, but an id all
 * the same, for the marker.
 */
final class MigrationSafety {
  // Once more than for the safety backup, because the restore that undoes asks for as much.
  private static final long METADATA_BYTES = 1 << 20;

  // The safety backup, the state found if the migration fails, and the copy that proves the result.
  private static final int IMAGES_IN_STORE = 3;

  private final Context context;
  private final GuardOrder order;
  private final Events events;
  private @Nullable Reservation reservation;
  private @Nullable Backup backup;

  MigrationSafety(Context context, GuardOrder order, Events events) {
    this.context = context;
    this.order = order;
    this.events = events;
  }

  /**
   * Writes the marker, and makes the backup whose id it has.
   *
   * @throws RefusedException if a database fails its own checks
   */
  void make(List<GuardedDatabase> databases, MigrationMarker marker) throws IOException {
    requireSpace(databases);
    List<Source> sources =
        databases.stream()
            .filter(GuardedDatabase::isDatabase)
            .map(database -> database.source().source())
            .toList();
    if (sources.isEmpty()) {
      context.store().create();
      reservation = Reservation.take(context.store(), context.clock().instant(), id -> List.of());
      marker.write(plan(reservation.id(), null, databases, Map.of()), databases);
      return;
    }
    Map<Path, SourceName> names = new HashMap<>();
    NamedSource.ofExisting(sources).forEach(named -> names.put(named.path(), named.name()));
    Backup made =
        new CreateOperation(
                context.with(context.store(), sources),
                CreateOrder.safety(order.label(), null, order.actor()))
            .run(id -> marker.write(plan(id, id, databases, names), databases));
    backup = made;
    events.step("safety-backup-made", made.id());
    requireSound(made);
  }

  // A restore that fails for want of room is no help, so there must be room for it beforehand.
  private void requireSpace(List<GuardedDatabase> databases) throws IOException {
    SpaceNeeded space =
        new SpaceNeeded(context.store(), "undoing the migration", SpaceNeeded.UNCHANGED);
    space.inStore(METADATA_BYTES);
    for (GuardedDatabase database : databases) {
      if (database.isDatabase()) {
        long size;
        try (var snapshot = database.target().open(context.patience())) {
          size = snapshot.size();
        }
        space.inStore(IMAGES_IN_STORE * size);
        space.besideTarget(database.path(), database.target().spaceNeeded(database.before(), size));
      }
    }
    space.require();
  }

  private Plan plan(
      BackupId id,
      @Nullable BackupId former,
      List<GuardedDatabase> databases,
      Map<Path, SourceName> names) {
    String store = context.store().location();
    return new Plan(
        id,
        ProcessOwner.current(),
        order.purpose(),
        databases.get(0).source().source().engine(),
        store,
        store,
        former,
        null,
        null,
        null,
        true,
        databases.stream().map(database -> database.goal(names)).toList());
  }

  private static void requireSound(Backup made) {
    if (made.damaged()) {
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

  /** Returns the backup; empty when none was made. */
  Optional<Backup> backup() {
    return Optional.ofNullable(backup);
  }

  /** Returns what it holds of a database. */
  Optional<Artifact> artifactOf(GuardedDatabase database) throws IOException {
    Backup made = backup;
    return made == null ? Optional.empty() : context.open(made).artifactOf(database.path());
  }

  /** Gives an id back that was taken for want of a backup. */
  void release() {
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
}
