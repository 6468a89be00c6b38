package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.DataKey;
import dev.backuphelper.codec.Seal;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.CompressionCodec;
import dev.backuphelper.model.Manifest;
import dev.backuphelper.store.Store;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The stored file of a component.
 *
 * @param manifest tells how it is stored
 * @param component tells which it is
 * @param key what it is encrypted with; null if it is not
 * @param base the artifact of the parent, if this one holds only what changed since; else null
 */
record Artifact(
    Manifest manifest, Component component, @Nullable DataKey key, @Nullable Artifact base) {
  /** Returns how it is compressed; empty if it is not. Asked of what this version reads alone. */
  Optional<CompressionCodec> codec() {
    return Optional.ofNullable(manifest.compression()).flatMap(CompressionCodec::of);
  }

  /** Returns what decrypts it; empty if it is not encrypted. */
  Optional<Seal> seal() {
    return Optional.ofNullable(seal(component.file()));
  }

  /** Returns what decrypts another file of the same backup; null if it is not encrypted. */
  @Nullable Seal seal(String otherFile) {
    return key == null ? null : new Seal(key, otherFile);
  }

  /** Tells whether its bytes are stored as they are, be it an image or a delta. */
  boolean isUncoded() {
    return codec().isEmpty() && key == null;
  }

  /** Tells whether it is the image itself. */
  boolean isPlain() {
    return isUncoded() && base == null;
  }

  String file() {
    return component.file();
  }

  /** Returns how many bytes it holds, before they were compressed or encrypted. */
  long contentSize() {
    Component.Delta delta = component.delta();
    return delta == null ? component.originalSize() : delta.size();
  }

  /** Returns what the image is made of: the full artifact first, this one last. */
  List<Artifact> links() {
    List<Artifact> links = new ArrayList<>();
    for (Artifact link = this; link != null; link = link.base) {
      links.add(link);
    }
    Collections.reverse(links);
    return links;
  }

  /** Opens what it holds; a stream that is not sound says so where it is read. */
  InputStream open(Store store) throws IOException {
    InputStream stored = store.open(file());
    try {
      InputStream content = CodecPipeline.open(stored, codec().orElse(null), seal().orElse(null));
      return new FilterInputStream(content) {
        @Override
        public void close() throws IOException {
          try (stored) {
            super.close();
          }
        }
      };
    } catch (IOException | RuntimeException failure) {
      stored.close();
      throw failure;
    }
  }
}
