package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.BackupFiles;
import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.catalog.StoreNames;
import dev.backuphelper.codec.BrokenStreamException;
import dev.backuphelper.codec.CodecPipeline;
import dev.backuphelper.codec.Digest;
import dev.backuphelper.codec.ExpectedStream;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.source.Progress;
import dev.backuphelper.store.FileSequence;
import dev.backuphelper.store.LockMode;
import dev.backuphelper.store.StoreLock;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a backup and all that it builds on, one file after another, as they lie in the store. The
 * documents of all of them come first, so that whoever gets the files knows what is to come; then
 * the data. Oldest first. Used by one thread.
 */
public final class ExportOperation implements FileSequence {
  private static final String REMEDY = "Export another backup; verify says which are good.";

  private final Context context;
  private final Catalog catalog;
  private final Events events;
  private final StoreLock lock;
  private final List<Backup> chain;
  private final List<Step> steps = new ArrayList<>();
  private long bytes;
  private int done;
  private @Nullable InputStream open;

  private ExportOperation(Context context, StoreLock lock, BackupId id) throws IOException {
    this.context = context;
    this.catalog = context.catalog();
    this.events = context.events("export");
    this.lock = lock;
    this.chain = new Chain(context).of(new Lookup(context).require(id));
    for (Backup backup : chain) {
      requireSoundManifest(backup);
      addDocuments(backup);
    }
    for (Backup backup : chain) {
      addContents(backup);
    }
  }

  /** Begins: takes the store's lock, which is held until it is closed. */
  public static ExportOperation of(Context context, BackupId id) {
    return Failures.translate(
        "cannot export backup " + id,
        () -> {
          Lookup lookup = new Lookup(context);
          lookup.require(id);
          StoreLock lock = context.lock(LockMode.SHARED, "export");
          try {
            return new ExportOperation(context, lock, id);
          } catch (IOException | RuntimeException failure) {
            lock.close();
            throw failure;
          }
        });
  }

  private interface Step {
    Entry take() throws IOException;
  }

  private void requireSoundManifest(Backup backup) throws IOException {
    Optional<String> problem = catalog.manifestProblem(backup.id());
    if (problem.isPresent()) {
      throw new CorruptBackupException(
          ErrorCode.CORRUPT, "validation failed: " + problem.get(), REMEDY);
    }
  }

  private void addDocuments(Backup backup) throws IOException {
    BackupId id = backup.id();
    byte[] document = catalog.document(id);
    String name = StoreNames.manifest(id);
    add(backup, name, document);
    addChecksum(backup, name, CodecPipeline.digest(document));
    if (backup.manifest().encrypted()) {
      add(backup, StoreNames.keys(id), context.keys(id));
    }
  }

  private void add(Backup backup, String name, byte[] content) {
    bytes += content.length;
    steps.add(() -> entry(backup, name, content.length, new ByteArrayInputStream(content)));
  }

  private void addContents(Backup backup) {
    for (BackupFiles.Content content : BackupFiles.contents(backup.manifest())) {
      bytes += content.digest().size();
      steps.add(() -> open(backup, content));
      addChecksum(backup, content.name(), content.digest());
    }
  }

  private void addChecksum(Backup backup, String name, Digest digest) {
    add(backup, StoreNames.checksum(name), Catalog.checksum(name, digest.sha256()));
  }

  private Entry open(Backup backup, BackupFiles.Content content) throws IOException {
    Optional<String> problem = catalog.checksumProblem(content.name(), content.digest().sha256());
    if (problem.isPresent()) {
      throw new BrokenStreamException(problem.get());
    }
    InputStream stored;
    try {
      stored = context.store().open(content.name());
    } catch (NoSuchFileException missing) {
      throw new BrokenStreamException(content.name() + " does not exist", missing);
    }
    open = stored;
    InputStream counted =
        new Counted(stored, events.progress(content.name()), content.digest().size());
    return entry(
        backup,
        content.name(),
        content.digest().size(),
        new ExpectedStream(counted, content.name(), content.digest()));
  }

  private static Entry entry(Backup backup, String name, long size, InputStream content) {
    return new Entry(name, size, backup.manifest().date(), content);
  }

  /** Returns the ids of the backups, oldest first; the last is the one that was asked for. */
  public List<BackupId> chain() {
    return chain.stream().map(Backup::id).toList();
  }

  /** Returns how many files there are. */
  public int files() {
    return steps.size();
  }

  /** Returns how many bytes all files have together. */
  public long bytes() {
    return bytes;
  }

  @Override
  public String location() {
    return context.store().location();
  }

  @Override
  public Optional<Entry> next() throws IOException {
    closeOpen();
    if (done == steps.size()) {
      return Optional.empty();
    }
    Entry entry = steps.get(done++).take();
    events.step("file-read", entry.name());
    return Optional.of(entry);
  }

  private void closeOpen() throws IOException {
    InputStream former = open;
    open = null;
    if (former != null) {
      former.close();
    }
  }

  @Override
  public void close() {
    Failures.translate(
        "cannot end the export from " + location(),
        () -> {
          try (StoreLock held = lock) {
            closeOpen();
            return held;
          }
        });
  }

  /** Tells how far it is. */
  private static final class Counted extends FilterInputStream {
    private final Progress progress;
    private final long size;
    private long read;

    Counted(InputStream in, Progress progress, long size) {
      super(in);
      this.progress = progress;
      this.size = size;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int count = in.read(buffer, offset, length);
      if (count > 0) {
        read += count;
        progress.at(read, size);
      }
      return count;
    }
  }
}
