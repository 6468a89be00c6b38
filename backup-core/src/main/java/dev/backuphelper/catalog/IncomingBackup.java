package dev.backuphelper.catalog;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Manifest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The documents of a backup that comes from elsewhere. Immutable, but for the bytes it gives. */
public final class IncomingBackup {
  private final Manifest manifest;
  private final byte[] document;
  private final byte @Nullable [] keys;

  private IncomingBackup(Manifest manifest, byte[] document, byte @Nullable [] keys) {
    this.manifest = manifest;
    this.document = document;
    this.keys = keys;
  }

  static IncomingBackup read(BackupId id, IncomingFiles files) throws IOException {
    String name = StoreNames.manifest(id);
    byte[] document = files.read(name, Catalog.DOCUMENT_LIMIT);
    files.readChecksum(name, CodecPipeline.digest(document).sha256());
    Manifest manifest = ManifestCodec.read(id, document);
    byte[] keys =
        manifest.encrypted() ? files.read(StoreNames.keys(id), Catalog.CHECKS_LIMIT) : null;
    return new IncomingBackup(manifest, document, keys);
  }

  /** Returns the id of the backup. */
  public BackupId id() {
    return manifest.id();
  }

  /** Returns its manifest. */
  public Manifest manifest() {
    return manifest;
  }

  /** Returns its manifest as it was stored. */
  public byte[] document() {
    return document;
  }

  /** Returns its wrapped key; null if it is not encrypted. */
  public byte @Nullable [] keys() {
    return keys;
  }
}
