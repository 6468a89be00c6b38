package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.codec.Encryption;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Wraps the keys of all encrypted backups with the present key. The former keys go only once every
 * backup has the present one, so that at any time there is one key which opens them all.
 */
public final class RekeyOperation {
  private final Context context;
  private final Catalog catalog;
  private final Events events;

  /** Creates the operation. */
  public RekeyOperation(Context context) {
    this.context = context;
    this.catalog = context.catalog();
    this.events = context.events("rekey");
  }

  /** Does it; returns the backups that changed, oldest first. */
  public List<BackupId> run() {
    return Failures.translate("cannot change the keys", this::rekey);
  }

  private interface Change {
    Optional<byte[]> of(BackupId id, byte[] document);
  }

  private List<BackupId> rekey() throws IOException {
    Encryption keys = context.requireEncryption("the keys of backups are to be changed");
    // Nobody may make a backup meanwhile that only a former key opens.
    try (StoreLock lock = context.lock(LockMode.EXCLUSIVE, "rekey")) {
      List<BackupId> ids = catalog.withKeys();
      for (BackupId id : ids) {
        keys.open(id, catalog.keys(id));
      }
      Set<BackupId> changed = new TreeSet<>();
      change(ids, "key-added", keys::add, changed);
      change(ids, "former-keys-removed", keys::narrow, changed);
      return List.copyOf(changed);
    }
  }

  private void change(List<BackupId> ids, String step, Change change, Set<BackupId> changed)
      throws IOException {
    for (BackupId id : ids) {
      Optional<byte[]> document = change.of(id, catalog.keys(id));
      if (document.isPresent()) {
        catalog.putKeys(id, document.get());
        changed.add(id);
        events.step(step, id);
      }
    }
  }
}
