package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;

/** Pins and unpins a backup. */
public final class PinOperation {
  private final Context context;
  private final BackupId id;

  /** Creates the operation. */
  public PinOperation(Context context, BackupId id) {
    this.context = context;
    this.id = id;
  }

  /** Pins it. */
  public Backup pin() {
    return change("pin", Catalog::pin);
  }

  /** Unpins it. */
  public Backup unpin() {
    return change("unpin", Catalog::unpin);
  }

  private interface Change {
    void apply(Catalog catalog, BackupId id) throws IOException;
  }

  // The lock keeps retention from removing the backup between the look and the change.
  private Backup change(String operation, Change change) {
    return Failures.translate(
        "cannot " + operation + " backup " + id,
        () -> {
          Lookup lookup = new Lookup(context);
          lookup.require(id);
          try (StoreLock lock = context.lock(LockMode.SHARED, operation)) {
            lookup.require(id);
            change.apply(context.catalog(), id);
            return lookup.require(id);
          }
        });
  }
}
