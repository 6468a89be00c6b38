package dev.backuphelper.codec;

import dev.backuphelper.model.BackupId;
import java.util.Optional;

/**
 * The keys of somebody who encrypts backups: makes the key of each backup and wraps it, and unwraps
 * it later. The module {@code backup-encryption} has an implementation. Thread-safe.
 *
 * <p>Wrapped keys are kept in a document beside the backup's manifest, which is untrusted when it
 * is read.
 */
public interface Encryption {
  /**
   * What artifacts are encrypted with, as manifests name it: streaming AES-256-GCM in segments of
   * 64 KiB, with a key that HKDF derives for each file, as Google Tink lays it out.
   */
  String CIPHER = "aes256-gcm-hkdf-64k";

  /** What the names of encrypted artifacts end with. */
  String SUFFIX = ".enc";

  /** Tells whether backups are encrypted unless a request says otherwise. */
  boolean encryptsByDefault();

  /**
   * Makes the key of a new backup.
   *
   * @throws dev.backuphelper.error.KeyException if no key to wrap it with is at hand
   */
  DataKey create(BackupId id);

  /**
   * Unwraps the key of a backup.
   *
   * @param document as {@link DataKey#document} wrote it, or what became of it
   * @throws dev.backuphelper.error.KeyException if none of the keys at hand unwraps it
   * @throws dev.backuphelper.error.CorruptBackupException if it is no such document
   */
  DataKey open(BackupId id, byte[] document);

  /**
   * Wraps the key of a backup with the present key too, whatever key it is wrapped with.
   *
   * @return the new document, which all former keys open too; empty if nothing is to be done
   * @throws dev.backuphelper.error.KeyException if none of the keys at hand unwraps it
   */
  Optional<byte[]> add(BackupId id, byte[] document);

  /**
   * Leaves the present key alone.
   *
   * @return the new document; empty if nothing is to be done
   * @throws dev.backuphelper.error.KeyException if the present key does not unwrap it
   */
  Optional<byte[]> narrow(BackupId id, byte[] document);
}
