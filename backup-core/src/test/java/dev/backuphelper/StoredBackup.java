package dev.backuphelper;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.Digest;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.Component;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of a backup, for one who tampers with them and makes all digests fit. */
final class StoredBackup {
  private final Path store;
  private final Path manifest;
  private final String original;

  StoredBackup(Path store, Backup backup) throws IOException {
    this.store = store;
    manifest = store.resolve("backup-metadata." + backup.id() + ".json");
    original = Files.readString(manifest);
  }

  /** Replaces the artifact of a component as it was made. */
  void replace(Component component, byte[] content) throws IOException {
    Digest digest = CodecPipeline.digest(content);
    Files.write(store.resolve(component.file()), content);
    checksum(component.file(), digest);
    write(
        original
            .replace("\"size\" : " + component.size() + ",", "\"size\" : " + content.length + ",")
            .replace(component.sha256(), digest.sha256()));
  }

  /** Lets the manifest tell of a larger image. */
  void boast(Component component, long size) throws IOException {
    write(
        original.replace(
            "\"original_size\" : " + component.originalSize(), "\"original_size\" : " + size));
  }

  private void write(String document) throws IOException {
    Files.writeString(manifest, document);
    checksum(String.valueOf(manifest.getFileName()), CodecPipeline.digest(manifest));
  }

  private void checksum(String file, Digest digest) throws IOException {
    Files.writeString(store.resolve(file + ".sha256"), digest.sha256() + "  " + file + "\n");
  }
}
