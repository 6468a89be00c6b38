package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.catalog.IncomingBackup;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What a store has already of a chain that is imported: the very same backups, as they were made.
 * Nobody may take one that was lost since for a copy of what is imported.
 */
final class AlreadyThere {
  private final Context context;
  private final Catalog catalog;
  private final List<BackupId> chain;

  /** Looks for a chain. */
  AlreadyThere(Context context, List<IncomingBackup> chain) {
    this.context = context;
    this.catalog = context.catalog();
    this.chain = chain.stream().map(IncomingBackup::id).toList();
  }

  /**
   * Tells whether the store has a backup.
   *
   * @throws RefusedException if it has something else under that id
   * @throws CorruptBackupException if it has it, but not as it was made
   */
  boolean has(IncomingBackup member) throws IOException {
    BackupId id = member.id();
    if (!catalog.exists(id)) {
      return false;
    }
    if (!Arrays.equals(catalog.document(id), member.document())) {
      throw new RefusedException(
          "the store has another backup %s: nothing published is overwritten".formatted(id),
          "Import it into another folder, with --dir.");
    }
    Optional<String> problem = new StoredBytes(context).problem(member.manifest());
    if (problem.isPresent()) {
      throw new CorruptBackupException(
          ErrorCode.CORRUPT,
          "the store has backup %s already, but it is bad there: %s".formatted(id, problem.get()),
          remedy(id));
    }
    return true;
  }

  // Nothing that builds on another may stay without it, or go if it does not come back.
  private String remedy(BackupId bad) throws IOException {
    TreeSet<BackupId> going = new TreeSet<>(List.of(bad));
    List<Backup> oldestFirst = new ArrayList<>(catalog.list().backups());
    Collections.reverse(oldestFirst);
    for (Backup other : oldestFirst) {
      if (other.parent().filter(going::contains).isPresent()) {
        going.add(other.id());
      }
    }
    Optional<BackupId> kept = going.stream().filter(id -> !chain.contains(id)).findFirst();
    return kept.isPresent()
        ? "Import it into another folder, with --dir; %s builds on the bad one, and does not come with it."
            .formatted(kept.get())
        : "Remove it, then import it again: " + Remedy.delete(context.store(), going);
  }
}
