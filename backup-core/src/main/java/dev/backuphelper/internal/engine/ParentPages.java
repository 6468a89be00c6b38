package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.BrokenStreamException;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.internal.delta.DeltaReader;
import dev.backuphelper.internal.delta.FormerImage;
import dev.backuphelper.internal.delta.FormerPages;
import dev.backuphelper.internal.delta.PageHashes;
import dev.backuphelper.internal.delta.PageMap;
import dev.backuphelper.model.Component;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the pages that a backup holds: from the page map of its full backup, or from the full image
 * itself if there is none, and then from what each delta since says of them.
 */
final class ParentPages {
  private final Store store;
  private final StoredBytes bytes;
  private final Events events;

  ParentPages(Context context, Events events) {
    this.store = context.store();
    this.bytes = new StoredBytes(context);
    this.events = events;
  }

  /**
   * Returns the pages of an artifact's image.
   *
   * @param pageSize of the image
   * @param file an empty private file
   * @throws BrokenStreamException if what tells them is not what was stored
   */
  FormerPages of(Artifact artifact, int pageSize, Path file) throws IOException {
    List<Artifact> links = artifact.links();
    Artifact full = links.get(0);
    Component.PageMapFile stored = usableMap(full);
    return stored == null
        ? updated(
            new FormerImage(full.open(store), full.component().originalSize(), pageSize, file),
            links)
        : updated(read(stored, full, pageSize, file), links);
  }

  /** Returns the page map of a full backup; null if there is none, or not what was stored. */
  private Component.@Nullable PageMapFile usableMap(Artifact full) throws IOException {
    Component.PageMapFile map = full.component().pageMap();
    Optional<String> problem = map == null ? Optional.empty() : bytes.problem(map);
    problem.ifPresent(
        text -> events.warning("%s; the full backup is read instead".formatted(text)));
    return problem.isPresent() ? null : map;
  }

  private <P extends FormerPages & PageHashes> FormerPages updated(P pages, List<Artifact> links)
      throws IOException {
    try {
      for (Artifact link : links.subList(1, links.size())) {
        try (InputStream delta = link.open(store)) {
          new DeltaReader(delta).update(pages);
        }
      }
      return pages;
    } catch (IOException | RuntimeException failure) {
      pages.close();
      throw failure;
    }
  }

  private PageMap read(Component.PageMapFile stored, Artifact full, int pageSize, Path file)
      throws IOException {
    try (InputStream in = store.open(stored.file());
        InputStream content = CodecPipeline.open(in, null, full.seal(stored.file()))) {
      return PageMap.read(content, pageSize, file);
    }
  }
}
