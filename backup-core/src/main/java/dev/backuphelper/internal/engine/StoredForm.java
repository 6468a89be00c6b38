package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.Encryption;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.CompressionCodec;
import dev.backuphelper.model.Manifest;
import java.util.Optional;

/**
 * How a backup is stored. Later versions store some in ways that this one does not read: nothing is
 * wrong with those. Stateless.
 */
final class StoredForm {
  private StoredForm() {}

  /** Returns what this version does not read of a backup; empty when it reads it. */
  static Optional<String> unknown(Backup backup) {
    Manifest manifest = backup.manifest();
    String compression = manifest.compression();
    if (compression != null && CompressionCodec.of(compression).isEmpty()) {
      return Optional.of(compression);
    }
    Manifest.Encryption encrypted = manifest.encryption();
    if (encrypted != null && !Encryption.CIPHER.equals(encrypted.cipher())) {
      return Optional.of(encrypted.cipher());
    }
    return Optional.empty();
  }

  /** Requires that this version reads a backup. */
  static void requireKnown(Backup backup) {
    Optional<String> unknown = unknown(backup);
    if (unknown.isPresent()) {
      throw new CorruptBackupException(
          ErrorCode.UNSUPPORTED_FORMAT,
          "backup %s is stored in a way that this version does not read: %s"
              .formatted(backup.id(), unknown.get()),
          "Restore it with the version that wrote it.");
    }
  }
}
