package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.BrokenStreamException;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.Digest;
import dev.backuphelper.codec.Seal;
import dev.backuphelper.internal.delta.DeltaReader;
import dev.backuphelper.internal.delta.PageMap;
import dev.backuphelper.model.Component;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the hashes of the pages that a backup holds: those of the nearest page map in its chain, or
 * of the full image if there is none, and then what each delta since says.
 */
final class ParentPages {
  private final Store store;

  ParentPages(Store store) {
    this.store = store;
  }

  /** Tells whether something in the chain of an artifact has a page map. */
  static boolean hasMap(Artifact artifact) {
    return artifact.links().stream().anyMatch(link -> link.component().pageMap() != null);
  }

  /**
   * Returns the map of an artifact's image.
   *
   * @param pageSize of the image, if nothing tells it
   * @param file an empty private file
   * @throws BrokenStreamException if what tells it is not what was stored
   */
  PageMap of(Artifact artifact, int pageSize, Path file) throws IOException {
    List<Artifact> links = artifact.links();
    int start = links.size() - 1;
    while (start > 0 && links.get(start).component().pageMap() == null) {
      start--;
    }
    PageMap map = map(links.get(start), pageSize, file);
    try {
      for (Artifact link : links.subList(start + 1, links.size())) {
        try (InputStream delta = link.open(store)) {
          new DeltaReader(delta).updateTo(map);
        }
      }
      return map;
    } catch (IOException | RuntimeException failure) {
      map.close();
      throw failure;
    }
  }

  private PageMap map(Artifact artifact, int pageSize, Path file) throws IOException {
    Component.PageMapFile stored = artifact.component().pageMap();
    return stored == null ? hashed(artifact, pageSize, file) : read(stored, artifact, file);
  }

  private PageMap read(Component.PageMapFile stored, Artifact artifact, Path file)
      throws IOException {
    try (InputStream in = store.open(stored.file())) {
      Digest digest = CodecPipeline.digest(in);
      if (digest.size() != stored.size() || !digest.sha256().equals(stored.sha256())) {
        throw new BrokenStreamException(stored.file() + " is not what was stored");
      }
    }
    @Nullable Seal seal = artifact.seal(stored.file());
    try (InputStream in = store.open(stored.file());
        InputStream content = CodecPipeline.open(in, null, seal)) {
      return PageMap.read(content, file);
    }
  }

  private PageMap hashed(Artifact artifact, int pageSize, Path file) throws IOException {
    PageMap map = PageMap.empty(file, pageSize);
    try (InputStream image = artifact.open(store)) {
      map.update(image, () -> false);
      return map;
    } catch (IOException | RuntimeException failure) {
      map.close();
      throw failure;
    }
  }
}
