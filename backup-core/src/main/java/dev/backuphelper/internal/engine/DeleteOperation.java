package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.OpenPointers;
import dev.backuphelper.catalog.Removal;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.report.Listing;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Removes backups that are named, unless a safety rule forbids it. That is checked for all of them
 * before the first one goes; one that cannot be removed then does not stop the others.
 */
public final class DeleteOperation {
  private final Context context;
  private final List<BackupId> ids;
  private final boolean force;
  private final boolean dryRun;
  private final Proof proof;

  /**
   * Creates the operation.
   *
   * @param force whether the last good backup of a group, and one whose manifest cannot be used,
   *     may go
   */
  public DeleteOperation(Context context, Collection<BackupId> ids, boolean force, boolean dryRun) {
    this.context = context;
    // Newest first: what builds on others goes before them.
    this.ids = ids.stream().distinct().sorted(Comparator.reverseOrder()).toList();
    this.force = force;
    this.dryRun = dryRun;
    this.proof = new Proof(context, context.events("delete"), !dryRun);
  }

  /** Removes the backups. */
  public CleanReport run() {
    return ids.isEmpty()
        ? CleanReport.nothing(dryRun)
        : Failures.translate("cannot delete from " + context.store().location(), this::delete);
  }

  private CleanReport delete() throws IOException {
    new Lookup(context).requireStore(ids.get(0));
    LockMode mode = dryRun ? LockMode.SHARED : LockMode.EXCLUSIVE;
    try (StoreLock lock = context.lock(mode, "delete")) {
      if (!dryRun) {
        new Leftovers(context).sweep();
      }
      CleanReport rehearsed = rehearse();
      Removal removal = new Removal(context.store());
      return dryRun
          ? rehearsed
          : PlannedRemoval.carryOut(
              rehearsed,
              planned -> removal.remove(new BackupId(planned.id())),
              context.events("delete"));
    }
  }

  private CleanReport rehearse() throws IOException {
    Listing listing = context.catalog().list();
    Set<BackupId> named = new OpenPointers(context.store()).named();
    List<CleanReport.Removed> removed = new ArrayList<>();
    for (BackupId id : ids) {
      Optional<Backup> backup =
          listing.backups().stream().filter(known -> known.id().equals(id)).findFirst();
      if (backup.isEmpty() && !context.catalog().exists(id)) {
        throw Lookup.notFound(context, id.value(), listing);
      }
      requireFree(id, listing.backups(), named);
      if (!force) {
        requireDispensable(id, backup, listing);
      }
      long size = backup.map(Backup::size).orElse(0L);
      removed.add(new CleanReport.Removed(id.value(), "named", size));
    }
    return CleanReport.rehearsed(removed, List.of(), List.of());
  }

  /** Requires what is told by the id alone, whatever can be read of the backup itself. */
  private void requireFree(BackupId id, List<Backup> all, Set<BackupId> named) throws IOException {
    if (context.catalog().isPinned(id)) {
      throw new RefusedException(
          "backup %s is pinned".formatted(id), "Unpin it first: backup unpin " + id);
    }
    if (named.contains(id)) {
      throw new RefusedException(
          "backup %s is needed by a restore or a migration that is open".formatted(id),
          "Resolve it first: " + Remedy.recover(context.store()));
    }
    for (Backup other : all) {
      if (other.parent().filter(id::equals).isPresent() && !ids.contains(other.id())) {
        throw new RefusedException(
            "backup %s is the base of %s".formatted(id, other.id()),
            "Delete %s too, or keep both.".formatted(other.id()));
      }
    }
  }

  private void requireDispensable(BackupId id, Optional<Backup> backup, Listing listing)
      throws IOException {
    if (backup.isEmpty()) {
      throw new RefusedException(
          "backup %s may be the last good one of its databases: its manifest cannot be used"
              .formatted(id),
          "Look whether others are good, then say --force.");
    }
    Backup known = backup.get();
    if (!known.damaged() && !known.knownBad() && !leavesGoodOne(known, listing)) {
      throw new RefusedException(
          "backup %s is the last good one of its databases".formatted(id),
          "Make another first, or say --force.");
    }
  }

  // A record tells what was; the disk may have lost it since. So the one that would be relied on is
  // read, newest first.
  private boolean leavesGoodOne(Backup gone, Listing listing) throws IOException {
    for (Backup other : listing.backups()) {
      boolean stays = other.group().equals(gone.group()) && !ids.contains(other.id());
      if (stays && !other.damaged() && proof.prove(other)) {
        return true;
      }
    }
    return false;
  }
}
