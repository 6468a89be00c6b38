package dev.backuphelper.internal.engine;

import dev.backuphelper.store.Store;
import java.io.IOException;
import java.time.Duration;

/**
 * The free bytes that a restore needs, in the store of its safety backup and beside its targets.
 */
final class RestoreSpace {
  private final SpaceNeeded space;
  private final RestoreOrder order;
  private final Duration patience;

  RestoreSpace(Store journal, RestoreOrder order, Duration patience) {
    Plan resolving = order.resolving();
    boolean undoes = resolving != null && resolving.purpose().isMigration();
    this.space =
        new SpaceNeeded(
            journal, "the restore", undoes ? SpaceNeeded.TO_UNDO : SpaceNeeded.UNCHANGED);
    this.order = order;
    this.patience = patience;
  }

  /** Adds what it takes to write an image of that size to a target. */
  void add(Aim aim, long size) throws IOException {
    space.besideTarget(aim.path(), aim.target().spaceNeeded(aim.before(), size));
    if (aim.isDatabase()) {
      // The safety backup, and the copy that proves the result.
      space.inStore(order.safetyBackup() ? sizeOf(aim) : 0);
      space.inStore(order.verified() ? size : 0);
    }
  }

  private long sizeOf(Aim aim) throws IOException {
    try (var snapshot = aim.target().open(patience)) {
      return snapshot.size();
    }
  }

  /** Returns where more can be added. */
  SpaceNeeded more() {
    return space;
  }

  /**
   * Makes sure that there is so much space.
   *
   * @throws dev.backuphelper.error.StorageException if there is not
   */
  void require() throws IOException {
    space.require();
  }
}
