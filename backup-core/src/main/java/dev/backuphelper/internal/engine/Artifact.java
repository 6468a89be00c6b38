package dev.backuphelper.internal.engine;

import dev.backuphelper.model.Component;
import dev.backuphelper.model.CompressionCodec;
import dev.backuphelper.model.Manifest;
import java.util.Optional;

/**
 * The stored file of a component.
 *
 * @param manifest tells how it is stored
 * @param component tells which it is
 */
record Artifact(Manifest manifest, Component component) {
  /** Returns how it is compressed; empty if it is not. Asked of what this version reads alone. */
  Optional<CompressionCodec> codec() {
    return Optional.ofNullable(manifest.compression()).flatMap(CompressionCodec::of);
  }

  String file() {
    return component.file();
  }
}
