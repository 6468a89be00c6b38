package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.BrokenStreamException;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.Digest;
import dev.backuphelper.codec.Digests;
import dev.backuphelper.codec.Inflated;
import dev.backuphelper.internal.delta.DeltaReader;
import dev.backuphelper.model.Component;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts together the image of an artifact that holds only what changed: a private copy of the full
 * image, and on it one delta after the other. Whether the outcome is the image that was backed up
 * is told by its digest.
 */
final class ChainImage {
  private static final Digest NOTHING = CodecPipeline.digest(new byte[0]);

  private final Store store;
  private final Store scratch;
  private final Artifact newest;
  private final List<Artifact> links;
  private @Nullable String flaw;
  private @Nullable String problem;

  /**
   * Prepares it.
   *
   * @param scratch where the image is staged
   */
  ChainImage(Store store, Store scratch, Artifact newest) {
    this.store = store;
    this.scratch = scratch;
    this.newest = newest;
    this.links = newest.links();
  }

  /** Returns the image, whatever is wrong with it. */
  LocalImage assemble() throws IOException {
    Digest stored = digest(newest);
    LocalImage image = full();
    try {
      for (Artifact link : links.subList(1, links.size())) {
        if (problem == null) {
          apply(link, image.path());
        }
      }
      Digest whole = problem == null ? CodecPipeline.digest(image.path()) : NOTHING;
      return image.holding(inflated(whole, stored), flaw);
    } catch (IOException | RuntimeException failure) {
      image.close();
      throw failure;
    }
  }

  /**
   * Returns the same without the image: if each link is stored as it was made, then so is the image
   * that they lead to.
   */
  LocalImage unassembled() throws IOException {
    for (Artifact link : links.subList(0, links.size() - 1)) {
      try {
        compare(link, digest(link));
      } catch (NoSuchFileException missing) {
        problem = missing(link);
      }
    }
    Component component = newest.component();
    Digest recorded =
        new Digest(
            component.originalSize(),
            Objects.requireNonNull(component.originalSha256(), "it was opened"));
    return LocalImage.ofNothing().holding(inflated(recorded, digest(newest)), flaw);
  }

  private Inflated inflated(Digest image, Digest stored) {
    return new Inflated(new Digests(image, stored), Optional.ofNullable(problem), false);
  }

  private Digest digest(Artifact link) throws IOException {
    try (InputStream in = store.open(link.file())) {
      return CodecPipeline.digest(in);
    }
  }

  private LocalImage full() throws IOException {
    Artifact full = links.get(0);
    long room = links.stream().mapToLong(link -> link.component().originalSize()).max().orElse(0);
    try {
      LocalImage image = LocalImage.decoded(store, scratch, full, room);
      Inflated found = image.inflated().orElseThrow();
      compare(full, found.digests().stored());
      found.problem().ifPresent(text -> problem = of(full, text));
      return image;
    } catch (NoSuchFileException missing) {
      problem = missing(full);
      return LocalImage.ofNothing();
    }
  }

  private void apply(Artifact link, Path image) throws IOException {
    try (LocalImage delta = LocalImage.content(store, scratch, link)) {
      Optional<Inflated> inflated = delta.inflated();
      compare(
          link,
          inflated.isPresent()
              ? inflated.get().digests().stored()
              : CodecPipeline.digest(delta.path()));
      Optional<String> broken = inflated.flatMap(Inflated::problem);
      if (broken.isPresent()) {
        problem = of(link, broken.get());
        return;
      }
      DeltaReader.apply(delta.path(), image);
    } catch (BrokenStreamException broken) {
      problem = of(link, String.valueOf(broken.getMessage()));
    } catch (NoSuchFileException missing) {
      problem = missing(link);
    }
  }

  // A base may be bad in what the deltas replace. This image is right then; others may not be.
  private void compare(Artifact link, Digest stored) {
    Component component = link.component();
    boolean same = stored.size() == component.size() && stored.sha256().equals(component.sha256());
    if (!isNewest(link) && flaw == null && !same) {
      flaw = of(link, "its SHA-256 is not the one in the manifest");
    }
  }

  private boolean isNewest(Artifact link) {
    return link.file().equals(newest.file());
  }

  private String missing(Artifact link) {
    return of(link, "it does not exist");
  }

  private String of(Artifact link, String text) {
    return isNewest(link)
        ? text
        : "it builds on %s, and of that one: %s".formatted(link.file(), text);
  }
}
