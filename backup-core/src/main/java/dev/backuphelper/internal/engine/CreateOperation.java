package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.catalog.Reservation;
import dev.backuphelper.catalog.StoreNames;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.DataKey;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.internal.io.ProcessOwner;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Check;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.Compression;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.model.Manifest;
import dev.backuphelper.model.Verification;
import dev.backuphelper.report.CreatePreview;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a backup: snapshot, staged image, checks, artifact, manifest. Nothing is published before
 * all of it is whole, checked and on disk; the manifest comes last.
 */
public final class CreateOperation {
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
          RoomForBackup room = RoomForBackup.of(order, encrypted);
          long needed = RoomForBackup.METADATA_BYTES;
          for (NamedSource source : sources()) {
            long size = sizeOf(source);
            needed += room.of(size);
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
      for (String file : artifactsFor(source, id)) {
        files.add(file);
        files.add(StoreNames.checksum(file));
      }
    }
    files.add(StoreNames.checks(id));
    files.add(StoreNames.pin(id));
    files.add(StoreNames.checksum(StoreNames.manifest(id)));
    if (encrypted) {
      files.add(StoreNames.keys(id));
    }
    return files;
  }

  // What it will be is not known yet, if it may be an incremental one.
  private List<String> artifactsFor(NamedSource source, BackupId id) {
    String suffix = ArtifactWriter.suffix(order, encrypted);
    String whole = StoreNames.artifact(source.name(), id, suffix);
    return order.type() == BackupType.FULL
        ? List.of(whole)
        : List.of(
            whole,
            StoreNames.artifact(source.name(), id, StoreNames.DELTA_SUFFIX + suffix),
            StoreNames.pageMap(source.name(), id, ArtifactWriter.pageMapSuffix(encrypted)));
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
    Optional<OpenedBackup> parent =
        order.type() == BackupType.FULL ? Optional.empty() : parent(id, sources);
    try (StagedFiles files = new StagedFiles(context.store())) {
      List<StagedImage> images =
          new SnapshotCopies(context, events, files)
              .of(sources, RoomForBackup.of(order, encrypted));
      ArtifactWriter writer = new ArtifactWriter(events, order, id, key, files);
      MadeBackup made =
          order.type() == BackupType.FULL
              ? writer.whole(images)
              : new IncrementalBackup(context, events, order, files, writer, parent).of(images);
      if (key != null) {
        catalog.putKeys(id, key.document());
        events.step("keys-written", id);
      }
      for (MadeArtifact artifact : made.artifacts()) {
        publish(artifact);
      }
      Duration duration = Duration.ofNanos(System.nanoTime() - begun);
      return publish(manifest(reservation, made, duration, key));
    }
  }

  private Optional<OpenedBackup> parent(BackupId id, List<NamedSource> sources) throws IOException {
    return new ParentSearch(context, events, order, encrypted)
        .find(id, NamedSource.groupOf(sources));
  }

  private long sizeOf(NamedSource source) throws IOException {
    try (Snapshot snapshot = source.source().open(context.patience())) {
      return snapshot.size();
    }
  }

  private void publish(MadeArtifact artifact) throws IOException {
    Component component = artifact.component();
    artifact.file().publish(component.file());
    events.step("artifact-published", component.name());
    catalog.putChecksum(component.file(), component.sha256());
    events.step("checksum-written", component.name());
    Component.PageMapFile pageMap = component.pageMap();
    if (artifact.pageMap() != null && pageMap != null) {
      artifact.pageMap().publish(pageMap.file());
      catalog.putChecksum(pageMap.file(), pageMap.sha256());
      events.step("page-map-published", component.name());
    }
  }

  private Manifest manifest(
      Reservation reservation, MadeBackup made, Duration duration, @Nullable DataKey key)
      throws IOException {
    List<Component> components = made.components();
    Compression compression = order.compression();
    boolean damaged =
        components.stream().flatMap(c -> c.checks().stream()).anyMatch(Check::isFailed);
    Manifest manifest =
        new Manifest(
            reservation.id(),
            reservation.now(),
            order.kind(),
            made.type(),
            made.parent(),
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
            null,
            damaged,
            duration.toMillis(),
            components);
    return key == null ? manifest : catalog.seal(manifest, key);
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
}
