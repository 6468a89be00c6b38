package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The marker of a migration: the plan of the restore that would undo it, beside each database, and
 * a pointer to these in the store. As long as it is {@linkplain PlanFile.Phase#PENDING pending},
 * the migration has not begun and there is nothing to undo. Used by one thread.
 */
final class MigrationMarker {
  /** The migrations that are open in this process. */
  private static final Set<BackupId> OPEN = ConcurrentHashMap.newKeySet();

  private final OpenPointers pointers;
  private final Events events;
  private final List<PlanFile> files = new ArrayList<>();
  private @Nullable Heartbeat heartbeat;

  MigrationMarker(Store store, Events events) {
    this.pointers = new OpenPointers(store);
    this.events = events;
  }

  /** Tells whether a migration is open in this process. */
  static boolean isOpen(BackupId id) {
    return OPEN.contains(id);
  }

  /** Writes it, before anything that it tells of is there. */
  void write(Plan plan, List<GuardedDatabase> databases) throws IOException {
    OPEN.add(plan.id());
    for (GuardedDatabase database : databases) {
      files.add(
          PlanFile.of(
              plan,
              database.path(),
              database.fileKey(),
              database.before(),
              PlanFile.Phase.PENDING));
    }
    pointers.put(
        new OpenPointers.Pointer(
            plan.id(),
            OpenPointers.MIGRATION,
            List.of(plan.id()),
            databases.stream()
                .map(database -> PlanFile.beside(database.path()).toString())
                .toList(),
            false));
    events.step("pointer-written", plan.id());
    for (PlanFile file : files) {
      file.write();
      events.step("marker-written", file.target());
    }
  }

  /** Says that the databases may change from now on. */
  void begin(List<GuardedDatabase> databases) throws IOException {
    // From now on a marker that is gone was removed by somebody else.
    pointers.setBegun(plan().id(), true);
    for (int index = 0; index < files.size(); index++) {
      String now = databases.get(index).target().fingerprint().state();
      replace(index, files.get(index).in(PlanFile.Phase.WRITING, now));
    }
  }

  /** Says once a second that the work goes on. */
  void beat() {
    heartbeat = Heartbeat.of(files);
  }

  /** Says so only as long as this holds. */
  void beatWhile(BooleanSupplier condition) {
    Heartbeat beating = heartbeat;
    if (beating != null) {
      beating.beatWhile(condition);
    }
  }

  /** Says something else of its purpose. */
  void change(UnaryOperator<Purpose> change) throws IOException {
    Purpose purpose = change.apply(plan().purpose());
    for (int index = 0; index < files.size(); index++) {
      PlanFile file = files.get(index);
      replace(index, file.with(file.plan().with(purpose)));
    }
  }

  private void replace(int index, PlanFile file) throws IOException {
    file.write();
    files.set(index, file);
    events.step("marker-" + file.phase().key(), file.target());
  }

  Plan plan() {
    return files.get(0).plan();
  }

  /** Returns the id of the plan, if it is still there. */
  Optional<BackupId> id() {
    return files.stream().findFirst().map(PlanFile::id);
  }

  /** Removes it: what is there stays. */
  void remove() throws IOException {
    stopBeating();
    if (files.isEmpty()) {
      return;
    }
    BackupId id = plan().id();
    if (files.stream().anyMatch(file -> file.phase() != PlanFile.Phase.PENDING)) {
      endPointer(id);
    }
    PlanFile.removeAll(files, file -> events.step("marker-removed", file.target()));
    files.clear();
    OPEN.remove(id);
    removePointer(id);
  }

  // If this cannot be said, and the process dies before the pointer is gone, a recovery asks.
  private void endPointer(BackupId id) {
    try {
      pointers.setBegun(id, false);
    } catch (IOException fullDisk) {
      events.warning("the pointer could not be written: " + fullDisk.getMessage());
    }
  }

  // Without the marker nothing is open, whatever the store says; a recovery tidies it.
  private void removePointer(BackupId id) {
    try {
      pointers.remove(id);
      events.step("pointer-removed", id);
    } catch (IOException leftBehind) {
      events.warning("something is left behind: " + leftBehind.getMessage());
    }
  }

  /** Forgets it, because the restore that undid the migration has removed it. */
  void forget() {
    leave();
    files.clear();
  }

  /** Leaves it to a recovery, if it is still there. */
  void leave() {
    stopBeating();
    files.forEach(file -> OPEN.remove(file.id()));
  }

  private void stopBeating() {
    Heartbeat beating = heartbeat;
    if (beating != null) {
      beating.close();
      heartbeat = null;
    }
  }
}
