package dev.backuphelper;

import dev.backuphelper.internal.engine.ExportOperation;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.store.FileSequence;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The files of a backup and of all that it builds on, as {@link BackupHelper#export} opens them.
 * The bytes of artifacts are compared with their manifests while they are read: a file that is not
 * as it should be has no end, but a {@link dev.backuphelper.codec.BrokenStreamException}. The store
 * stays locked until this is closed. Used by one thread.
 */
public final class ExportedBackup implements FileSequence {
  private final ExportOperation operation;

  ExportedBackup(ExportOperation operation) {
    this.operation = operation;
  }

  /** Returns the ids of the backups, oldest first; the last is the one that was asked for. */
  public List<BackupId> chain() {
    return operation.chain();
  }

  /** Returns how many files there are. */
  public int files() {
    return operation.files();
  }

  /** Returns how many bytes all files have together. */
  public long bytes() {
    return operation.bytes();
  }

  @Override
  public String location() {
    return operation.location();
  }

  @Override
  public Optional<Entry> next() throws IOException {
    return operation.next();
  }

  @Override
  public void close() {
    operation.close();
  }
}
