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

/** Removes backups that are named, unless a safety rule forbids it. All of them or none. */
public final class DeleteOperation {
  private final Context context;
  private final List<BackupId> ids;
  private final boolean force;
  private final boolean dryRun;

  /**
   * Creates the operation.
   *
   * @param force whether the last good backup of a group may go
   */
  public DeleteOperation(Context context, Collection<BackupId> ids, boolean force, boolean dryRun) {
    this.context = context;
    // Newest first: what builds on others goes before them.
    this.ids = ids.stream().distinct().sorted(Comparator.reverseOrder()).toList();
    this.force = force;
    this.dryRun = dryRun;
  }

  /** Removes the backups. */
  public CleanReport run() {
    return Failures.translate(
        "cannot delete from " + context.store().location(),
        () -> {
          LockMode mode = dryRun ? LockMode.SHARED : LockMode.EXCLUSIVE;
          try (StoreLock lock = context.lock(mode, "delete")) {
            if (!dryRun) {
              new Leftovers(context).sweep();
            }
            return delete();
          }
        });
  }

  private CleanReport delete() throws IOException {
    Listing listing = context.catalog().list();
    Set<BackupId> named = new OpenPointers(context.store()).named();
    for (BackupId id : ids) {
      Optional<Backup> backup =
          listing.backups().stream().filter(b -> b.id().equals(id)).findFirst();
      if (backup.isPresent()) {
        requireRemovable(backup.get(), listing.backups(), named);
      } else if (!context.catalog().exists(id)) {
        throw Lookup.notFound(context, id.value(), listing);
      }
    }
    List<CleanReport.Removed> removed = new ArrayList<>();
    long freed = 0;
    for (BackupId id : ids) {
      long bytes = dryRun ? sizeOf(id, listing) : new Removal(context.store()).remove(id);
      freed += bytes;
      removed.add(new CleanReport.Removed(id.value(), "named", bytes));
    }
    return new CleanReport(dryRun, removed, List.of(), freed, List.of());
  }

  private static long sizeOf(BackupId id, Listing listing) {
    return listing.backups().stream()
        .filter(backup -> backup.id().equals(id))
        .mapToLong(Backup::size)
        .sum();
  }

  private void requireRemovable(Backup backup, List<Backup> all, Set<BackupId> named) {
    if (backup.pinned()) {
      throw new RefusedException(
          "backup %s is pinned".formatted(backup.id()),
          "Unpin it first: backup unpin " + backup.id());
    }
    if (named.contains(backup.id())) {
      throw new RefusedException(
          "backup %s is needed by a restore or a migration that is open".formatted(backup.id()),
          "Resolve it first: backup recover");
    }
    for (Backup other : all) {
      if (other.parent().filter(backup.id()::equals).isPresent() && !ids.contains(other.id())) {
        throw new RefusedException(
            "backup %s is the base of %s".formatted(backup.id(), other.id()),
            "Delete %s too, or keep both.".formatted(other.id()));
      }
    }
    boolean othersGood =
        all.stream()
            .anyMatch(
                b -> b.group().equals(backup.group()) && !ids.contains(b.id()) && b.verified());
    if (!force && !othersGood && !backup.damaged() && !backup.knownBad()) {
      throw new RefusedException(
          "backup %s is the last good one of its databases".formatted(backup.id()),
          "Make another first, or say --force.");
    }
  }
}
