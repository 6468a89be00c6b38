package dev.backuphelper.internal.engine;

import com.google.common.math.LongMath;
import dev.backuphelper.catalog.BackupFiles;
import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.catalog.IncomingBackup;
import dev.backuphelper.catalog.IncomingChain;
import dev.backuphelper.catalog.IncomingFiles;
import dev.backuphelper.catalog.Reservation;
import dev.backuphelper.catalog.StoreNames;
import dev.backuphelper.codec.ExpectedStream;
import dev.backuphelper.error.LockedException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.internal.io.Writeback;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.ImportReport;
import dev.backuphelper.retention.RetentionPlan;
import dev.backuphelper.source.Progress;
import dev.backuphelper.store.FileSequence;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StagedFile;
import dev.backuphelper.store.StoreLock;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Takes over a backup and all that it builds on. All of it is staged and found to be what its
 * manifests say, to the last byte, before anything of it is published; then each backup is
 * published as one that is made here, oldest first, so that none is ever listed without its base.
 */
public final class ImportOperation {
  // Room for checksum files and the like, beside the data.
  private static final long METADATA_BYTES = 1 << 20;
  private static final int BUFFER_SIZE = 1 << 17;

  private final Context context;
  private final FileSequence files;
  private final Catalog catalog;
  private final Events events;

  /** Creates the operation; the files stay open. */
  public ImportOperation(Context context, FileSequence files) {
    this.context = context;
    this.files = files;
    this.catalog = context.catalog();
    this.events = context.events("import");
  }

  /** Imports. */
  public ImportReport run() {
    return Failures.translate("cannot import " + files.location(), this::importAll);
  }

  private ImportReport importAll() throws IOException {
    // No store is made before the files are known to be a backup, and one that may come.
    IncomingFiles incoming = new IncomingFiles(files);
    List<IncomingBackup> chain = IncomingChain.read(incoming);
    requirePast(chain);
    context.store().create();
    new Leftovers(context).sweepIfIdle();
    try (StoreLock lock = context.lock(LockMode.SHARED, "import")) {
      AlreadyThere present = new AlreadyThere(context, chain);
      List<IncomingBackup> wanted = new ArrayList<>();
      for (IncomingBackup member : chain) {
        if (!present.has(member)) {
          requireUnused(member.id());
          wanted.add(member);
        }
      }
      requireSpace(wanted);
      Map<BackupFiles.Content, StagedFile> staged = new LinkedHashMap<>();
      try {
        long bytes = 0;
        for (IncomingBackup member : chain) {
          bytes += receive(incoming, member, wanted.contains(member), staged);
        }
        incoming.requireEnd();
        events.step("received", chain.get(chain.size() - 1).id());
        for (IncomingBackup member : wanted) {
          publish(member, staged);
        }
        return report(chain, wanted, bytes);
      } finally {
        for (StagedFile file : staged.values()) {
          file.close();
        }
      }
    }
  }

  private static ImportReport report(
      List<IncomingBackup> chain, List<IncomingBackup> wanted, long bytes) {
    List<BackupId> imported = wanted.stream().map(IncomingBackup::id).toList();
    List<BackupId> alreadyThere =
        chain.stream().map(IncomingBackup::id).filter(id -> !imported.contains(id)).toList();
    return new ImportReport(imported, alreadyThere, bytes);
  }

  private void requirePast(List<IncomingBackup> chain) throws IOException {
    Instant latest = context.clock().instant().plus(RetentionPlan.FUTURE_TOLERANCE);
    for (IncomingBackup member : chain) {
      if (member.id().instant().isAfter(latest) && !catalog.exists(member.id())) {
        throw new RefusedException(
            "backup %s is dated more than a day ahead: ids of later backups would go on from there"
                .formatted(member.id()),
            "Set the clock right, or restore from the file itself.");
      }
    }
  }

  private void requireSpace(List<IncomingBackup> wanted) throws IOException {
    long needed = METADATA_BYTES;
    for (IncomingBackup member : wanted) {
      for (BackupFiles.Content content : BackupFiles.contents(member.manifest())) {
        needed = LongMath.saturatedAdd(needed, content.digest().size());
      }
    }
    FreeSpace.require(
        "what is imported",
        context.store(),
        needed,
        "Free some space, remove old backups with clean, or use another folder.");
  }

  private long receive(
      IncomingFiles incoming,
      IncomingBackup member,
      boolean wanted,
      Map<BackupFiles.Content, StagedFile> staged)
      throws IOException {
    long bytes = 0;
    for (BackupFiles.Content content : BackupFiles.contents(member.manifest())) {
      incoming.receive(
          content,
          entry -> {
            if (wanted) {
              StagedFile file = context.store().stage();
              staged.put(content, file);
              copy(entry, content, file.path());
            } else {
              copy(entry, content, OutputStream.nullOutputStream());
            }
          });
      events.step("file-received", content.name());
      bytes += content.digest().size();
    }
    return bytes;
  }

  private void copy(FileSequence.Entry entry, BackupFiles.Content content, Path file)
      throws IOException {
    try (Writeback writingBack = Writeback.of(file, content.digest().size());
        OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE)) {
      copy(entry, content, out);
    }
  }

  private void copy(FileSequence.Entry entry, BackupFiles.Content content, OutputStream out)
      throws IOException {
    Progress progress = events.progress(content.name());
    InputStream in = new ExpectedStream(entry.content(), content.name(), content.digest());
    byte[] buffer = new byte[BUFFER_SIZE];
    long done = 0;
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      out.write(buffer, 0, count);
      done += count;
      progress.at(done, content.digest().size());
    }
  }

  private void publish(IncomingBackup member, Map<BackupFiles.Content, StagedFile> staged)
      throws IOException {
    BackupId id = member.id();
    List<String> names = BackupFiles.allBesideManifest(member.manifest());
    Reservation reservation =
        Reservation.claim(context.store(), id, context.clock().instant(), names)
            .orElseThrow(() -> taken(id));
    events.step("intent-written", id);
    boolean ours = false;
    try {
      if (filesOf(id).size() > 1) {
        // Somebody else has made it since that was looked at.
        throw taken(id);
      }
      ours = true;
      for (BackupFiles.Content content : BackupFiles.contents(member.manifest())) {
        Objects.requireNonNull(staged.get(content), "staged").publish(content.name());
        events.step("artifact-published", content.name());
        catalog.putChecksum(content.name(), content.digest().sha256());
        events.step("checksum-written", content.name());
      }
      byte[] keys = member.keys();
      if (keys != null) {
        catalog.putKeys(id, keys);
        events.step("keys-written", id);
      }
      catalog.publish(id, member.document());
      events.step("manifest-published", id);
      close(reservation);
    } catch (IOException | RuntimeException failure) {
      if (!ours || discard(id, names, failure)) {
        close(reservation);
      }
      throw failure;
    }
  }

  private static LockedException taken(BackupId id) {
    return new LockedException(
        "the id %s is in use: somebody else is importing it, or was and died".formatted(id),
        "Run it again when the store is not in use.");
  }

  // A sweep removes what an intent lists: so none may be written that lists what was there before.
  private void requireUnused(BackupId id) throws IOException {
    List<String> used = filesOf(id);
    if (used.stream().anyMatch(StoreNames::isIntent)) {
      throw taken(id);
    }
    if (!used.isEmpty()) {
      throw new RefusedException(
          "the store has %s, of a backup %s that is not there".formatted(used.get(0), id),
          "Look what it is, and move it away; or import into another folder, with --dir.");
    }
  }

  private List<String> filesOf(BackupId id) throws IOException {
    return context.store().list().stream()
        .filter(name -> StoreNames.owner(name).filter(id::equals).isPresent())
        .sorted()
        .toList();
  }

  // What cannot be removed now is listed by the intent, which stays then.
  private boolean discard(BackupId id, List<String> names, Exception failure) {
    try {
      if (!catalog.exists(id)) {
        for (String name : names) {
          context.store().delete(name);
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
