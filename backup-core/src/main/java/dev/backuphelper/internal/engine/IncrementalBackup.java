package dev.backuphelper.internal.engine;

import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.CodecPipeline.Digested;
import dev.backuphelper.internal.delta.ChangedPages;
import dev.backuphelper.internal.delta.FormerPages;
import dev.backuphelper.internal.delta.FormerPagesException;
import dev.backuphelper.internal.delta.PageMap;
import dev.backuphelper.internal.io.Interruption;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.source.Inspection;
import dev.backuphelper.store.StagedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  /** Where engines whose images have pages tell the size of these. */
  private static final String PAGE_SIZE = "page_size";

  private final Context context;
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
      Context context,
      Events events,
      CreateOrder order,
      StagedFiles files,
      ArtifactWriter writer,
      Optional<OpenedBackup> parent) {
    this.context = context;
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
      made.add(writer.delta(image));
    }
    return new MadeBackup(type, base.backup().id(), made);
  }

  // Others will build on it, and need not read all of it then to know its pages.
  private MadeBackup whole(List<ExaminedImage> examined) throws IOException {
    List<MadeArtifact> made = new ArrayList<>();
    for (ExaminedImage image : examined) {
      boolean withPageMap = order.type() == null;
      made.add(writer.whole(image, withPageMap ? pageSize(image.image()) : OptionalInt.empty()));
    }
    return MadeBackup.full(made);
  }

  private static OptionalInt pageSize(StagedImage image) throws IOException {
    OptionalInt pageSize = image.source().source().pageSize(image.path());
    boolean fits =
        pageSize.isPresent() && PageMap.fits(Files.size(image.path()), pageSize.getAsInt());
    return fits ? pageSize : OptionalInt.empty();
  }

  private ExaminedImage examine(StagedImage image) throws IOException {
    StagedFile scratch = files.create();
    try (FormerPages former = formerPages(image, scratch.path())) {
      return former == null ? examineAlone(image) : compare(image, former);
    } catch (FormerPagesException unreadable) {
      cannotBuildOn(unreadable);
      return examineAlone(image);
    } finally {
      scratch.close();
    }
  }

  private ExaminedImage examineAlone(StagedImage image) throws IOException {
    ImageCheck check = ImageCheck.of(image.source().source(), image.path(), order.level());
    return new ExaminedImage(image, check.digests().image(), check.inspection(), null);
  }

  private ExaminedImage compare(StagedImage image, FormerPages former) throws IOException {
    try (BackgroundPass<Digested<ChangedPages>> comparison =
        BackgroundPass.start(
            stopped ->
                CodecPipeline.digestBeside(
                    pieces -> ChangedPages.of(image.path(), former, pieces, stopped)))) {
      Inspection inspection = image.source().source().inspect(image.path(), order.level());
      Digested<ChangedPages> compared = comparison.await();
      return new ExaminedImage(image, compared.digest(), inspection, compared.result());
    }
  }

  /** Returns the pages of the parent; null if there is none, or they cannot be compared with. */
  private @Nullable FormerPages formerPages(StagedImage image, Path scratch) throws IOException {
    OptionalInt pageSize = pageSize(image);
    if (parent == null || pageSize.isEmpty()) {
      return null;
    }
    Artifact artifact = parent.artifact(image.source().name());
    Object former = artifact.component().facts().get(PAGE_SIZE);
    if (!Long.valueOf(pageSize.getAsInt()).equals(former)) {
      full(
          "the page size of %s was %s and is %d"
              .formatted(image.source().path(), former, pageSize.getAsInt()),
          order.type() == null);
      return null;
    }
    try {
      return new ParentPages(context, events).of(artifact, pageSize.getAsInt(), scratch);
    } catch (IOException unusable) {
      if (Interruption.is(unusable)) {
        throw unusable;
      }
      cannotBuildOn(unusable);
      return null;
    }
  }

  private void cannotBuildOn(IOException unusable) {
    full(
        "backup %s cannot be built on: %s"
            .formatted(
                Objects.requireNonNull(parent, "parent").backup().id(), Failures.reason(unusable)),
        false);
  }

  private void full(String reason, boolean expected) {
    if (expected) {
      events.step("full-instead", reason);
    } else {
      events.warning(reason + ": this is a full backup");
    }
  }
}
