package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.StoreNames;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.DataKey;
import dev.backuphelper.codec.Digest;
import dev.backuphelper.codec.Digests;
import dev.backuphelper.codec.Encryption;
import dev.backuphelper.codec.Seal;
import dev.backuphelper.internal.delta.ChangedPages;
import dev.backuphelper.internal.delta.DeltaWriter;
import dev.backuphelper.internal.delta.PageMap;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckStatus;
import dev.backuphelper.model.Component;
import dev.backuphelper.source.Inspection;
import dev.backuphelper.source.Source;
import dev.backuphelper.store.StagedFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Makes the artifacts of one backup in staged files: whole images, or what changed of them. */
final class ArtifactWriter {
  private final Events events;
  private final CreateOrder order;
  private final BackupId id;
  private final @Nullable DataKey key;
  private final StagedFiles files;

  /**
   * Creates the writer.
   *
   * @param key what encrypts the artifacts; null for nothing
   */
  ArtifactWriter(
      Events events, CreateOrder order, BackupId id, @Nullable DataKey key, StagedFiles files) {
    this.events = events;
    this.order = order;
    this.id = id;
    this.key = key;
    this.files = files;
  }

  /** Returns what follows the id in the name of an artifact. */
  static String suffix(CreateOrder order, boolean encrypted) {
    return (order.compression() == null ? "" : order.compression().codec().suffix())
        + pageMapSuffix(encrypted);
  }

  /** Returns what follows the id in the name of a page map. */
  static String pageMapSuffix(boolean encrypted) {
    return encrypted ? Encryption.SUFFIX : "";
  }

  private String suffix() {
    return suffix(order, key != null);
  }

  // What is neither compressed nor encrypted is its own artifact: no byte is written twice.
  private boolean isPlain() {
    return order.compression() == null && key == null;
  }

  private @Nullable Seal seal(String file) {
    return key == null ? null : new Seal(key, file);
  }

  /** Makes artifacts of whole images, and checks the images meanwhile. */
  MadeBackup whole(List<StagedImage> images) throws IOException {
    List<MadeArtifact> made = new ArrayList<>();
    for (StagedImage image : images) {
      made.add(whole(image));
    }
    return MadeBackup.full(made);
  }

  private MadeArtifact whole(StagedImage image) throws IOException {
    String file = StoreNames.artifact(image.source().name(), id, suffix());
    Source engine = image.source().source();
    StagedFile artifact = isPlain() ? image.staged() : files.create();
    ImageCheck found =
        isPlain()
            ? ImageCheck.of(engine, image.path(), order.level())
            : ImageCheck.encoding(
                engine,
                image.path(),
                order.level(),
                artifact.path(),
                order.compression(),
                seal(file));
    report(image, found.inspection());
    release(image, artifact);
    Component component = component(image, file, found.digests(), found.inspection(), null, null);
    return new MadeArtifact(component, artifact, null);
  }

  // The next one may need its room.
  private static void release(StagedImage image, StagedFile artifact) throws IOException {
    if (artifact != image.staged()) {
      image.staged().close();
    }
  }

  /**
   * Makes the artifact of a whole image that was examined.
   *
   * @param pageSize of the image, if the hashes of its pages are to be kept beside it
   */
  MadeArtifact whole(ExaminedImage examined, OptionalInt pageSize) throws IOException {
    StagedImage image = examined.image();
    String file = StoreNames.artifact(image.source().name(), id, suffix());
    StagedFile pageMap = null;
    Component.PageMapFile described = null;
    if (pageSize.isPresent()) {
      String name = StoreNames.pageMap(image.source().name(), id, pageMapSuffix(key != null));
      pageMap = files.create();
      Digest digest = writePageMap(image, pageSize.getAsInt(), pageMap, name);
      described = new Component.PageMapFile(name, digest.size(), digest.sha256());
    }
    StagedFile artifact = isPlain() ? image.staged() : files.create();
    Digests digests =
        isPlain()
            ? new Digests(examined.digest(), examined.digest())
            : CodecPipeline.encode(
                image.path(), artifact.path(), order.compression(), seal(file), () -> false);
    Component component = component(image, file, digests, examined.inspection(), null, described);
    return made(examined, component, artifact, pageMap);
  }

  private Digest writePageMap(StagedImage image, int pageSize, StagedFile stored, String name)
      throws IOException {
    if (key == null) {
      PageMap.write(image.path(), pageSize, stored.path());
      return CodecPipeline.digest(stored.path());
    }
    StagedFile plain = files.create();
    PageMap.write(image.path(), pageSize, plain.path());
    return CodecPipeline.encode(plain.path(), stored.path(), null, seal(name), () -> false)
        .stored();
  }

  /** Makes an artifact of what changed. */
  MadeArtifact delta(ExaminedImage examined) throws IOException {
    StagedImage image = examined.image();
    ChangedPages changed = Objects.requireNonNull(examined.changed(), "changed");
    String file =
        StoreNames.artifact(image.source().name(), id, StoreNames.DELTA_SUFFIX + suffix());
    StagedFile artifact = files.create();
    DeltaWriter delta = new DeltaWriter(image.path(), changed, examined.digest().sha256());
    Digest stored =
        CodecPipeline.encode(
            delta::writeTo, delta.size(), artifact.path(), order.compression(), seal(file));
    Component component =
        component(
            image,
            file,
            new Digests(examined.digest(), stored),
            examined.inspection(),
            new Component.Delta(delta.size(), changed.count()),
            null);
    return made(examined, component, artifact, null);
  }

  private MadeArtifact made(
      ExaminedImage examined,
      Component component,
      StagedFile artifact,
      @Nullable StagedFile pageMap)
      throws IOException {
    report(examined.image(), examined.inspection());
    release(examined.image(), artifact);
    return new MadeArtifact(component, artifact, pageMap);
  }

  private void report(StagedImage image, Inspection inspection) {
    events.step("checked", image.source().name());
    for (Check check : inspection.checks()) {
      if (check.status() != CheckStatus.OK) {
        events.warning(
            "%s: %s %s: %s"
                .formatted(
                    image.source().path(), check.name(), check.status().key(), check.detail()));
      }
    }
  }

  private static Component component(
      StagedImage image,
      String file,
      Digests digests,
      Inspection inspection,
      Component.@Nullable Delta delta,
      Component.@Nullable PageMapFile pageMap) {
    Map<String, Object> facts = new LinkedHashMap<>(image.facts());
    facts.putAll(inspection.facts());
    return new Component(
        image.source().name(),
        image.source().source().engine(),
        image.engineVersion(),
        image.source().path().toString(),
        image.at(),
        file,
        digests.stored().size(),
        digests.stored().sha256(),
        digests.image().size(),
        digests.image().sha256(),
        inspection.checks(),
        facts,
        delta,
        pageMap);
  }
}
