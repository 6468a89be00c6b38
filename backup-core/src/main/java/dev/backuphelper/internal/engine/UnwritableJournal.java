package dev.backuphelper.internal.engine;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.util.Set;

/** A store that cannot take what a restore must record before it may write. */
final class UnwritableJournal {
  private static final Set<ErrorCode> OF_THE_STORE =
      Set.of(ErrorCode.NO_SPACE, ErrorCode.ACCESS_DENIED, ErrorCode.IO_FAILED);

  private UnwritableJournal() {}

  /** Returns what callers see: which file could not be written where, and what helps. */
  static BackupException failure(String work, String file, Store store, IOException failure) {
    BackupException known = Failures.translated(work, failure);
    if (!OF_THE_STORE.contains(known.code())) {
      return known;
    }
    return new StorageException(
        known.code(),
        "%s: %s, which a restore needs while it is open, cannot be written in %s: %s"
            .formatted(work, file, store.location(), Failures.reason(failure)),
        "Make room there, or make it writable; or name another folder with --safety-backup-dir,"
            + " which goes with --no-safety-backup too.",
        failure);
  }
}
