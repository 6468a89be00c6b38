package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.DataKey;
import dev.backuphelper.codec.Seal;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.CompressionCodec;
import dev.backuphelper.model.Manifest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The stored file of a component.
 *
 * @param manifest tells how it is stored
 * @param component tells which it is
 * @param key what it is encrypted with; null if it is not
 */
record Artifact(Manifest manifest, Component component, @Nullable DataKey key) {
  /** Returns how it is compressed; empty if it is not. Asked of what this version reads alone. */
  Optional<CompressionCodec> codec() {
    return Optional.ofNullable(manifest.compression()).flatMap(CompressionCodec::of);
  }

  /** Returns what decrypts it; empty if it is not encrypted. */
  Optional<Seal> seal() {
    return Optional.ofNullable(key).map(found -> new Seal(found, component.file()));
  }

  /** Tells whether it is the image itself. */
  boolean isPlain() {
    return codec().isEmpty() && key == null;
  }

  String file() {
    return component.file();
  }
}
