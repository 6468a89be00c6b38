package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.catalog.Reservation;
import dev.backuphelper.catalog.StoreNames;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.DataKey;
import dev.backuphelper.codec.Encryption;
import dev.backuphelper.codec.Seal;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckStatus;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.model.Manifest;
import dev.backuphelper.model.Verification;
import dev.backuphelper.report.CreatePreview;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.SourceFeature;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a backup: snapshot, staged image, checks, artifact, manifest. Nothing is published before
 * all of it is whole, checked and on disk; the manifest comes last.
 */
public final class CreateOperation {
  // Room for the manifest and the like, beside the images.
  private static final long METADATA_BYTES = 1 << 20;

  private final Context context;
  private final CreateOrder order;
  private final boolean encrypted;
  private final Catalog catalog;
  private final Events events;

  /** Creates the operation. */
  public CreateOperation(Context context, CreateOrder order) {
    this.context = context;
    this.order = order;
    this.encrypted = order.isEncrypted(context.encryption());
    this.catalog = context.catalog();
    this.events = context.events("create");
  }

  /** Returns what {@link #run} would back up. */
  public CreatePreview preview() {
    return Failures.translate(
        "cannot look at the databases",
        () -> {
          List<CreatePreview.Component> components = new ArrayList<>();
          long needed = METADATA_BYTES;
          for (NamedSource source : sources()) {
            long size = sizeOf(source);
            needed += mostBytes(size);
            components.add(new CreatePreview.Component(source.name(), source.path(), size));
          }
          return new CreatePreview(components, needed, context.store().usableSpace());
        });
  }

  /** Makes the backup. */
  public Backup run() {
    return run(id -> {});
  }

  /**
   * Makes the backup.
   *
   * @param reserved told the id before anything is copied; what it throws ends the operation
   */
  Backup run(Reserved reserved) {
    return Failures.translate("cannot back up", () -> create(reserved));
  }

  /** Hears of the id that a backup will have. */
  interface Reserved {
    void accept(BackupId id) throws IOException;
  }

  private Backup create(Reserved reserved) throws IOException {
    List<NamedSource> sources = sources();
    Compression compression = order.compression();
    if (compression != null) {
      CodecPipeline.require(compression.codec());
    }
    if (encrypted) {
      context.requireEncryption("the backup is to be encrypted");
    }
    context.store().create();
    new Leftovers(context).sweepIfIdle();
    try (StoreLock lock = context.lock(LockMode.SHARED, "create")) {
      Reservation reservation =
          Reservation.take(context.store(), context.clock().instant(), id -> filesFor(sources, id));
      reservation.behind().ifPresent(this::warnOfClock);
      events.step("intent-written", reservation.id());
      try {
        reserved.accept(reservation.id());
        Backup backup = publish(reservation, sources);
        close(reservation);
        return backup;
      } catch (IOException | RuntimeException failure) {
        if (discard(reservation.id(), sources, failure)) {
          close(reservation);
        }
        throw failure;
      }
    }
  }

  private List<NamedSource> sources() throws IOException {
    if (context.sources().isEmpty()) {
      throw new InvalidRequestException(
          "there is nothing to back up: no database was named",
          "Name at least one database, as in: backup create app.db");
    }
    try {
      return NamedSource.ofExisting(context.sources());
    } catch (NoSuchFileException missing) {
      throw new SourceException(
          ErrorCode.SOURCE_NOT_FOUND,
          "the database does not exist: " + missing.getFile(),
          "Check the path; nothing was backed up.",
          missing);
    }
  }

  private List<String> filesFor(List<NamedSource> sources, BackupId id) {
    List<String> files = new ArrayList<>();
    for (NamedSource source : sources) {
      String artifact = StoreNames.artifact(source.name(), id, suffix());
      files.add(artifact);
      files.add(StoreNames.checksum(artifact));
    }
    files.add(StoreNames.checks(id));
    files.add(StoreNames.pin(id));
    files.add(StoreNames.checksum(StoreNames.manifest(id)));
    if (encrypted) {
      files.add(StoreNames.keys(id));
    }
    return files;
  }

  private String suffix() {
    Compression compression = order.compression();
    return (compression == null ? "" : compression.codec().suffix())
        + (encrypted ? Encryption.SUFFIX : "");
  }

  // What is neither compressed nor encrypted is its own artifact: no byte is written twice.
  private boolean isPlain() {
    return order.compression() == null && !encrypted;
  }

  private long mostBytes(long imageSize) {
    return isPlain() ? imageSize : imageSize + CodecPipeline.mostStored(imageSize);
  }

  private void warnOfClock(BackupId newest) {
    events.warning(
        "the clock stands behind the newest backup "
            + newest
            + ": ids go on from there, the date of this backup is the clock's");
  }

  private Backup publish(Reservation reservation, List<NamedSource> sources) throws IOException {
    long begun = System.nanoTime();
    BackupId id = reservation.id();
    DataKey key = encrypted ? context.requireEncryption("backup " + id).create(id) : null;
    List<StagedImage> images = new ArrayList<>();
    List<StagedFile> artifacts = new ArrayList<>();
    try {
      copy(sources, images);
      List<Component> components = new ArrayList<>();
      for (StagedImage image : images) {
        StagedFile artifact = artifact(image);
        artifacts.add(artifact);
        components.add(check(id, image, artifact, key));
        if (artifact != image.staged()) {
          // The next one may need its room.
          image.staged().close();
        }
      }
      if (key != null) {
        catalog.putKeys(id, key.document());
        events.step("keys-written", id);
      }
      for (int index = 0; index < artifacts.size(); index++) {
        publish(artifacts.get(index), components.get(index));
      }
      Duration duration = Duration.ofNanos(System.nanoTime() - begun);
      return publish(manifest(reservation, components, duration, key));
    } finally {
      for (StagedImage image : images) {
        image.staged().close();
      }
      for (StagedFile artifact : artifacts) {
        artifact.close();
      }
    }
  }

  private StagedFile artifact(StagedImage image) throws IOException {
    return isPlain() ? image.staged() : context.store().stage();
  }

  // Sources whose snapshots cost their writers nothing all begin before the first copy, so that
  // they
  // are as close in time as can be. The others make writers wait, so each begins at its own copy.
  private void copy(List<NamedSource> sources, List<StagedImage> images) throws IOException {
    Map<NamedSource, Snapshot> open = new LinkedHashMap<>();
    try {
      long needed = METADATA_BYTES;
      Map<NamedSource, Instant> begun = new LinkedHashMap<>();
      for (NamedSource source : sources) {
        Instant at = context.clock().instant();
        Snapshot snapshot = source.source().open(context.patience());
        open.put(source, snapshot);
        needed += mostBytes(snapshot.size());
        if (snapshot.features().contains(SourceFeature.SNAPSHOT_WITHOUT_BLOCKING)) {
          begun.put(source, at);
          events.step("snapshot-open", source.name());
        } else {
          open.remove(source);
          snapshot.close();
        }
      }
      FreeSpace.require(
          "the backup",
          context.store(),
          needed,
          "Free some space, remove old backups with clean, or use another folder.");
      for (NamedSource source : sources) {
        Snapshot snapshot = open.remove(source);
        Instant at = begun.getOrDefault(source, context.clock().instant());
        try (Snapshot closing =
            snapshot != null ? snapshot : source.source().open(context.patience())) {
          images.add(copy(source, closing, at));
        }
        events.step("copied", source.name());
      }
    } finally {
      for (Snapshot snapshot : open.values()) {
        snapshot.close();
      }
    }
  }

  private StagedImage copy(NamedSource source, Snapshot snapshot, Instant at) throws IOException {
    StagedFile staged = context.store().stage();
    try {
      snapshot.copyTo(staged.path(), events.progress(source.name()));
      return new StagedImage(source, staged, at, snapshot.engineVersion(), snapshot.facts());
    } catch (IOException | RuntimeException failure) {
      closeAfter(staged, failure);
      throw failure;
    }
  }

  private long sizeOf(NamedSource source) throws IOException {
    try (Snapshot snapshot = source.source().open(context.patience())) {
      return snapshot.size();
    }
  }

  private Component check(
      BackupId id, StagedImage image, StagedFile artifact, @Nullable DataKey key)
      throws IOException {
    String file = StoreNames.artifact(image.source().name(), id, suffix());
    ImageCheck found = examined(image, artifact, key == null ? null : new Seal(key, file));
    events.step("checked", image.source().name());
    for (Check check : found.inspection().checks()) {
      if (check.status() != CheckStatus.OK) {
        events.warning(
            "%s: %s %s: %s"
                .formatted(
                    image.source().path(), check.name(), check.status().key(), check.detail()));
      }
    }
    Map<String, Object> facts = new LinkedHashMap<>(image.facts());
    facts.putAll(found.inspection().facts());
    return new Component(
        image.source().name(),
        image.source().source().engine(),
        image.engineVersion(),
        image.source().path().toString(),
        image.at(),
        file,
        found.digests().stored().size(),
        found.digests().stored().sha256(),
        found.digests().image().size(),
        found.digests().image().sha256(),
        found.inspection().checks(),
        facts);
  }

  private ImageCheck examined(StagedImage image, StagedFile artifact, @Nullable Seal seal)
      throws IOException {
    Source engine = image.source().source();
    Path path = image.staged().path();
    return isPlain()
        ? ImageCheck.of(engine, path, order.level())
        : ImageCheck.encoding(
            engine, path, order.level(), artifact.path(), order.compression(), seal);
  }

  private void publish(StagedFile staged, Component component) throws IOException {
    staged.publish(component.file());
    events.step("artifact-published", component.name());
    catalog.putChecksum(component.file(), component.sha256());
    events.step("checksum-written", component.name());
  }

  private Manifest manifest(
      Reservation reservation, List<Component> components, Duration duration, @Nullable DataKey key)
      throws IOException {
    Compression compression = order.compression();
    boolean damaged =
        components.stream().flatMap(c -> c.checks().stream()).anyMatch(Check::isFailed);
    return new Manifest(
        reservation.id(),
        reservation.now(),
        order.kind(),
        BackupType.FULL,
        null,
        GroupId.of(components),
        order.operation(),
        order.description(),
        order.tags(),
        new Manifest.Origin(
            order.actor(),
            ProcessOwner.current().host(),
            System.getProperty("user.name", "unknown"),
            order.gitCommit(),
            order.gitBranch(),
            Tool.nameAndVersion()),
        compression == null ? null : compression.codec().key(),
        key == null ? null : catalog.seal(reservation.id(), key, components),
        damaged,
        duration.toMillis(),
        components);
  }

  private Backup publish(Manifest manifest) throws IOException {
    Verification verification =
        new Verification(order.level(), context.clock().instant(), !manifest.damaged());
    catalog.putVerification(manifest.id(), verification);
    events.step("checks-written", manifest.id());
    if (order.pinned()) {
      catalog.pin(manifest.id());
    }
    catalog.publish(manifest);
    events.step("manifest-published", manifest.id());
    if (manifest.damaged()) {
      events.warning(
          "backup " + manifest.id() + " is damaged, because the database itself fails its checks");
    }
    return new Backup(manifest, order.pinned(), Optional.of(verification));
  }

  // What was published under this id, if the manifest was not, is no backup. What cannot be removed
  // now is listed by the intent, which stays then.
  private boolean discard(BackupId id, List<NamedSource> sources, Exception failure) {
    try {
      if (!catalog.exists(id)) {
        for (String file : filesFor(sources, id)) {
          context.store().delete(file);
        }
      }
      return true;
    } catch (IOException leftBehind) {
      failure.addSuppressed(leftBehind);
      return false;
    }
  }

  private void close(Reservation reservation) {
    try {
      reservation.close();
      events.step("intent-removed", reservation.id());
    } catch (IOException leftBehind) {
      events.warning(
          "the intent of %s could not be removed, a later run will: %s"
              .formatted(reservation.id(), leftBehind.getMessage()));
    }
  }

  private static void closeAfter(StagedFile staged, Exception failure) {
    try {
      staged.close();
    } catch (IOException leftBehind) {
      failure.addSuppressed(leftBehind);
    }
  }

  /** An image that was copied, and what was known of it then. */
  private record StagedImage(
      NamedSource source,
      StagedFile staged,
      Instant at,
      String engineVersion,
      Map<String, Object> facts) {}
}
