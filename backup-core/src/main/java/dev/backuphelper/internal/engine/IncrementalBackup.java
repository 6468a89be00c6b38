package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.Digest;
import dev.backuphelper.internal.delta.ChangedPages;
import dev.backuphelper.internal.delta.PageMap;
import dev.backuphelper.internal.io.Interruption;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.source.Inspection;
import dev.backuphelper.source.Source;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Makes the artifacts of a backup that builds on another: what changed since, or whole images where
 * that cannot be had or, if the choice is free, does not pay.
 */
final class IncrementalBackup {
  private final Store store;
  private final Events events;
  private final CreateOrder order;
  private final StagedFiles files;
  private final ArtifactWriter writer;
  private final @Nullable OpenedBackup parent;

  /**
   * Prepares it.
   *
   * @param parent what it builds on; empty if there is nothing
   */
  IncrementalBackup(
      Store store,
      Events events,
      CreateOrder order,
      StagedFiles files,
      ArtifactWriter writer,
      Optional<OpenedBackup> parent) {
    this.store = store;
    this.events = events;
    this.order = order;
    this.files = files;
    this.writer = writer;
    this.parent = parent.orElse(null);
  }

  MadeBackup of(List<StagedImage> images) throws IOException {
    List<ExaminedImage> examined = new ArrayList<>();
    for (StagedImage image : images) {
      examined.add(examine(image));
    }
    boolean deltas =
        examined.stream().allMatch(ExaminedImage::hasDelta)
            && (order.type() != null || examined.stream().allMatch(ExaminedImage::pays));
    return deltas ? deltas(examined) : whole(examined);
  }

  private MadeBackup deltas(List<ExaminedImage> examined) throws IOException {
    OpenedBackup base = Objects.requireNonNull(parent, "parent");
    BackupType type = order.type() == null ? BackupType.INCREMENTAL : order.type();
    List<MadeArtifact> made = new ArrayList<>();
    for (ExaminedImage image : examined) {
      // Whoever builds on this one need not read the full image again to know its pages.
      boolean first =
          type == BackupType.INCREMENTAL
              && !ParentPages.hasMap(base.artifact(image.image().source().name()));
      made.add(writer.delta(image, first));
    }
    return new MadeBackup(type, base.backup().id(), made);
  }

  private MadeBackup whole(List<ExaminedImage> examined) throws IOException {
    events.step("whole-images", null);
    List<MadeArtifact> made = new ArrayList<>();
    for (ExaminedImage image : examined) {
      made.add(writer.whole(image));
    }
    return MadeBackup.full(made);
  }

  private ExaminedImage examine(StagedImage image) throws IOException {
    Source engine = image.source().source();
    OptionalInt pageSize = engine.pageSize(image.path());
    if (pageSize.isEmpty() || !PageMap.fits(Files.size(image.path()), pageSize.getAsInt())) {
      ImageCheck check = ImageCheck.of(engine, image.path(), order.level());
      return new ExaminedImage(image, check.digests().image(), check.inspection(), null);
    }
    StagedFile file = files.create();
    PageMap former = formerPages(image, pageSize.getAsInt(), file);
    PageMap map = former == null ? PageMap.empty(file.path(), pageSize.getAsInt()) : former;
    files.register(map::close);
    try (BackgroundPass<Digest> digest =
            BackgroundPass.start(stopped -> CodecPipeline.digest(image.path(), stopped));
        BackgroundPass<ChangedPages> changed =
            BackgroundPass.start(stopped -> map.update(image.path(), stopped))) {
      Inspection inspection = engine.inspect(image.path(), order.level());
      return new ExaminedImage(
          image,
          digest.await(),
          inspection,
          new ExaminedImage.Pages(map, file, changed.await(), former != null));
    }
  }

  /** Returns the pages of the parent; null if there is none, or they cannot be compared with. */
  private @Nullable PageMap formerPages(StagedImage image, int pageSize, StagedFile file)
      throws IOException {
    if (parent == null) {
      return null;
    }
    Artifact artifact = parent.artifact(image.source().name());
    try {
      PageMap map = new ParentPages(store).of(artifact, pageSize, file.path());
      if (map.pageSize() == pageSize) {
        return map;
      }
      map.close();
      full(
          "the page size of %s was %d and is %d"
              .formatted(image.source().path(), map.pageSize(), pageSize),
          order.type() == null);
      return null;
    } catch (IOException unusable) {
      if (Interruption.is(unusable)) {
        throw unusable;
      }
      full(
          "backup %s cannot be built on: %s"
              .formatted(parent.backup().id(), Failures.reason(unusable)),
          false);
      return null;
    }
  }

  private void full(String reason, boolean expected) {
    if (expected) {
      events.step("full-instead", reason);
    } else {
      events.warning(reason + ": this is a full backup");
    }
  }
}
