package dev.backuphelper;

import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.codec.Encryption;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.event.BackupListener;
import dev.backuphelper.internal.engine.Chain;
import dev.backuphelper.internal.engine.CleanOperation;
import dev.backuphelper.internal.engine.CleanOrder;
import dev.backuphelper.internal.engine.CompareOperation;
import dev.backuphelper.internal.engine.Context;
import dev.backuphelper.internal.engine.CreateOperation;
import dev.backuphelper.internal.engine.DeleteOperation;
import dev.backuphelper.internal.engine.ExportOperation;
import dev.backuphelper.internal.engine.Failures;
import dev.backuphelper.internal.engine.FolderCleanOperation;
import dev.backuphelper.internal.engine.GuardOperation;
import dev.backuphelper.internal.engine.ImportOperation;
import dev.backuphelper.internal.engine.Lookup;
import dev.backuphelper.internal.engine.OpenPlans;
import dev.backuphelper.internal.engine.PinOperation;
import dev.backuphelper.internal.engine.RecoverOperation;
import dev.backuphelper.internal.engine.RekeyOperation;
import dev.backuphelper.internal.engine.RestoreOperation;
import dev.backuphelper.internal.engine.StatusOperation;
import dev.backuphelper.internal.engine.UsageOperation;
import dev.backuphelper.internal.engine.VerifyOperation;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.CleanReport;
import dev.backuphelper.report.CompareReport;
import dev.backuphelper.report.CreatePreview;
import dev.backuphelper.report.ImportReport;
import dev.backuphelper.report.Listing;
import dev.backuphelper.report.OpenPlan;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.report.RestoreReport;
import dev.backuphelper.report.StatusReport;
import dev.backuphelper.report.UsageReport;
import dev.backuphelper.report.VerifyReport;
import dev.backuphelper.retention.RetentionPolicy;
import dev.backuphelper.source.ConnectionRelease;
import dev.backuphelper.source.Source;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.store.FileSequence;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.local.LocalStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes, restores, verifies, lists and prunes backups of some databases in one store.
 *
 * <pre>{@code
 * BackupHelper backups =
 *     BackupHelper.builder()
 *         .source(SqliteSource.of(Path.of("app.db")))
 *         .directory(Path.of("backups"))
 *         .build();
 * Backup backup = backups.create();
 * backups.restore(backup.id());
 * }</pre>
 *
 * <p>Immutable and thread-safe; several threads, instances and processes may work on one store at
 * once. Every method may throw a {@link dev.backuphelper.error.BackupException}, whose code and
 * hint say what is wrong and what to do.
 */
public final class BackupHelper {
  /** How long operations wait for locks unless the builder says otherwise. */
  public static final Duration DEFAULT_LOCK_TIMEOUT = Duration.ofSeconds(30);

  /** How many backups {@link #cleanOld()} keeps. */
  public static final int DEFAULT_KEEP_LAST = 10;

  private final Context context;

  private BackupHelper(Context context) {
    this.context = context;
  }

  /** Returns a builder; a store must be given to it. */
  public static Builder builder() {
    return new Builder();
  }

  /** Makes a manual backup of all sources, with quick checks. */
  public Backup create() {
    return create(CreateRequest.ofDefaults());
  }

  /**
   * Makes a backup of all sources. A source that fails its own checks is backed up all the same,
   * and the backup says that it is {@linkplain Backup#damaged() damaged}.
   */
  public Backup create(CreateRequest request) {
    return new CreateOperation(context, request.order()).run();
  }

  /** Returns what {@link #create(CreateRequest)} would back up; nothing is written. */
  public CreatePreview preview(CreateRequest request) {
    return new CreateOperation(context, request.order()).preview();
  }

  /**
   * Makes a safety backup of all sources.
   *
   * @param operation what it protects from, such as a migration's name
   */
  public Backup createSafetyBackup(String operation) {
    return create(CreateRequest.builder().safety(operation).build());
  }

  /** Restores all components of a backup to where they came from, after a safety backup. */
  public RestoreReport restore(BackupId id) {
    return restore(RestoreRequest.of(id).build());
  }

  /**
   * Restores.
   *
   * @throws dev.backuphelper.error.RestoreFailedException if it failed after it had begun to write;
   *     says whether it could be undone
   */
  public RestoreReport restore(RestoreRequest request) {
    return new RestoreOperation(context, request.order()).run();
  }

  /** Verifies a backup with quick checks, and records the outcome. */
  public VerifyReport verify(BackupId id) {
    return verify(VerifyRequest.builder().id(id).build());
  }

  /** Verifies backups or plain files; bad ones are reported, not thrown. */
  public VerifyReport verify(VerifyRequest request) {
    return new VerifyOperation(context, request.order()).run();
  }

  /** Verifies every backup of the store with quick checks. */
  public VerifyReport verifyAll() {
    return verify(VerifyRequest.all());
  }

  /** Returns every backup of the store, newest first. */
  public List<Backup> list() {
    return listing().backups();
  }

  /** Returns every backup of the store, and every manifest in it that cannot be used. */
  public Listing listing() {
    return Failures.translate("cannot list", () -> new Catalog(context.store()).list());
  }

  /** Returns the backup of an id; empty when there is none. */
  public Optional<Backup> find(BackupId id) {
    return Failures.translate(
        "cannot read backup " + id, () -> new Catalog(context.store()).find(id));
  }

  /**
   * Returns the backup that a person names.
   *
   * @param name an id, a unique prefix of one, or {@code latest}
   */
  public Backup resolve(String name) {
    return Failures.translate(
        "cannot look for backup " + name, () -> new Lookup(context).resolve(name));
  }

  /**
   * Returns the newest backup of the configured sources; without sources, the newest of the store.
   * Safety backups are left out, unless there is nothing else.
   *
   * @throws dev.backuphelper.error.AmbiguousException if there are no sources, and the store holds
   *     backups of several sets of databases
   */
  public Optional<Backup> latest() {
    return Failures.translate(
        "cannot look for the latest backup", () -> new Lookup(context).latest());
  }

  /**
   * Returns the same as it would have been at some moment: the newest backup whose date is not
   * later.
   *
   * @throws dev.backuphelper.error.AmbiguousException as {@link #latest()}
   */
  public Optional<Backup> latest(Instant notAfter) {
    return Failures.translate(
        "cannot look for the backup of " + notAfter, () -> new Lookup(context).latest(notAfter));
  }

  /**
   * Returns what is needed to restore a backup: the full backup first, itself last.
   *
   * @throws dev.backuphelper.error.CorruptBackupException if something of it is missing
   */
  public List<Backup> chain(Backup backup) {
    return Failures.translate(
        "cannot look for what backup " + backup.id() + " builds on",
        () -> new Chain(context).of(backup));
  }

  /** Pins a backup: retention and {@link #delete} never remove it. Idempotent. */
  public Backup pin(BackupId id) {
    return new PinOperation(context, id).pin();
  }

  /** Unpins a backup. Idempotent. */
  public Backup unpin(BackupId id) {
    return new PinOperation(context, id).unpin();
  }

  /** Removes a backup, as {@link #delete(Collection, boolean, boolean)} without force does. */
  public CleanReport delete(BackupId id) {
    return delete(List.of(id), false, false);
  }

  /**
   * Removes backups. Whether all of them may go is checked before the first one goes; then one that
   * cannot be removed is named in the report's errors, and does not stop the others.
   *
   * @param force whether the last good backup of some databases may go, and one whose manifest
   *     cannot be used
   * @param dryRun whether to report alone
   * @throws dev.backuphelper.error.RefusedException if one is pinned, the base of another, needed
   *     by an open restore, or (without force) the last good one or one with an unusable manifest
   */
  public CleanReport delete(Collection<BackupId> ids, boolean force, boolean dryRun) {
    return new DeleteOperation(context, ids, force, dryRun).run();
  }

  /** Compares a backup with the live databases, by content. */
  public CompareReport compare(BackupId id) {
    return new CompareOperation(context, id).run();
  }

  /** Returns what the store occupies. */
  public UsageReport usage() {
    return new UsageOperation(context).run();
  }

  /** Keeps the last {@value #DEFAULT_KEEP_LAST} backups of each set of databases. */
  public CleanReport cleanOld() {
    return cleanOld(DEFAULT_KEEP_LAST);
  }

  /**
   * Keeps the last backups of each set of databases, and removes older ones.
   *
   * @param keepLast how many, at least 1
   * @throws InvalidRequestException if it is less
   */
  public CleanReport cleanOld(int keepLast) {
    if (keepLast < 1) {
      throw new InvalidRequestException(
          "at least one backup must be kept: " + keepLast,
          "To remove a certain backup, delete it by its id.");
    }
    return cleanOld(RetentionPolicy.keepLast(keepLast));
  }

  /** Removes what a policy lets go, unless a safety rule keeps it. */
  public CleanReport cleanOld(RetentionPolicy policy) {
    return cleanOld(policy, false);
  }

  /**
   * Removes what a policy lets go, unless a safety rule keeps it.
   *
   * @param dryRun whether to report alone
   */
  public CleanReport cleanOld(RetentionPolicy policy, boolean dryRun) {
    return new CleanOperation(context, CleanOrder.of(policy, dryRun)).run();
  }

  /**
   * Removes what a policy lets go, unless a safety rule keeps it, if somebody agrees.
   *
   * @param confirmation asked with what would be removed, which is exactly what goes if it says
   *     yes; if it says no, nothing goes, and the report is that of a dry run. Nobody else can use
   *     the store meanwhile, so it must answer at once: to ask a person, do a dry run first
   */
  public CleanReport cleanOld(RetentionPolicy policy, Predicate<CleanReport> confirmation) {
    return new CleanOperation(context, CleanOrder.confirmed(policy, confirmation)).run();
  }

  /**
   * Applies a policy to a folder of database files that this library did not write, by the times of
   * the files.
   *
   * @param patterns glob patterns of file names; empty for the usual ones
   * @param dryRun whether to report alone
   */
  public CleanReport cleanFolder(
      Path folder, RetentionPolicy policy, List<String> patterns, boolean dryRun) {
    return new FolderCleanOperation(context, folder, patterns, CleanOrder.of(policy, dryRun)).run();
  }

  /**
   * Applies a policy to a folder as {@link #cleanFolder(Path, RetentionPolicy, List, boolean)}
   * does, if somebody agrees.
   *
   * @param confirmation as of {@link #cleanOld(RetentionPolicy, Predicate)}
   */
  public CleanReport cleanFolder(
      Path folder,
      RetentionPolicy policy,
      List<String> patterns,
      Predicate<CleanReport> confirmation) {
    CleanOrder order = CleanOrder.confirmed(policy, confirmation);
    return new FolderCleanOperation(context, folder, patterns, order).run();
  }

  /**
   * Returns the real paths of the sources' databases, be they missing. Takes no lock, and reads
   * none.
   *
   * @throws dev.backuphelper.error.SourceException if the folder of one does not exist
   */
  public List<Path> databases() {
    return GuardOperation.databases(context);
  }

  /**
   * Locks all sources for a change that can be undone. What a process that died left open is
   * resolved first.
   *
   * @throws dev.backuphelper.error.LockedException if another process still works on one of them
   *     when patience ends
   * @throws dev.backuphelper.error.RefusedException if something is open that somebody has to
   *     decide
   */
  public GuardedSection guard(GuardRequest request) {
    return new GuardedSection(GuardOperation.open(context, request.order()));
  }

  /**
   * Returns a backup with all that its manifest tells, which of an encrypted one only its key
   * opens.
   *
   * @throws dev.backuphelper.error.KeyException if it is encrypted, and none of the keys at hand
   *     opens it
   */
  public Backup unlock(Backup backup) {
    return Failures.translate(
        "cannot open backup " + backup.id(), () -> new Lookup(context).unlock(backup));
  }

  /**
   * Wraps the keys of all encrypted backups with the present key alone. No data is rewritten. First
   * each gets the present key in addition to its former ones; once all have it, the former ones go:
   * at any time there is one key that opens every backup, and after a crash this can be run again.
   *
   * @return the ids of the backups that changed, oldest first
   * @throws dev.backuphelper.error.KeyException if the keys at hand do not open a backup; nothing
   *     is changed then
   */
  public List<BackupId> rekey() {
    return new RekeyOperation(context).run();
  }

  /**
   * Opens a backup and all that it builds on for reading, one file after another: for an archive,
   * or for {@link #importFrom} of another store. The store is locked against removal meanwhile.
   *
   * <p>First come the documents, oldest backup first: of each its manifest, the manifest's checksum
   * file, and its wrapped key if it is encrypted; then the data, in the same order: each artifact
   * and page map with its checksum file after it. What is encrypted stays so.
   */
  public ExportedBackup export(BackupId id) {
    return new ExportedBackup(ExportOperation.of(context, id));
  }

  /**
   * Takes over a backup, and all that it builds on, from another store or from an archive. Nothing
   * is published before all files have come and were found to be those that the manifests list, and
   * then each manifest last. Ids stay as they are; what the other store recorded of verifications
   * and pins does not come along. Of a backup that this store has already, all files are compared
   * with its manifest.
   *
   * @param files the files of one backup, in the order of {@link #export}; untrusted, and left open
   * @throws dev.backuphelper.error.CorruptBackupException if they are not as they should be, or if
   *     this store has one of the backups, but no longer as it was made; then nothing is published
   * @throws dev.backuphelper.error.RefusedException if the store has something else under an id, or
   *     a backup is dated more than a day ahead
   */
  public ImportReport importFrom(FileSequence files) {
    return new ImportOperation(context, files).run();
  }

  /** Resolves what killed processes left open, as planned. */
  public RecoverReport recover() {
    return recover(RecoverRequest.planned());
  }

  /** Resolves what killed processes left open. */
  public RecoverReport recover(RecoverRequest request) {
    return new RecoverOperation(context, request.order()).run();
  }

  /**
   * Tells whether the backups are as they should be: the last good one of each set of databases,
   * and what is open. Reads alone, and throws nothing that it can report.
   */
  public StatusReport status() {
    return new StatusOperation(context).run();
  }

  /** Returns the restores and migrations that have not ended, with what to do about each. */
  public List<OpenPlan> openPlans() {
    return new OpenPlans(context).describe();
  }

  /** Collects the settings. Not thread-safe. */
  public static final class Builder {
    private final List<Source> sources = new ArrayList<>();
    private @Nullable Store store;
    private Clock clock = Clock.systemUTC();
    private BackupListener listener = BackupListener.NONE;
    private Duration lockTimeout = DEFAULT_LOCK_TIMEOUT;
    private @Nullable Encryption encryption;
    private Function<Path, Store> stores = LocalStore::in;

    private Builder() {}

    /** Adds a database to back up. */
    public Builder source(Source source) {
      sources.add(Objects.requireNonNull(source, "source"));
      return this;
    }

    /** Adds databases to back up. */
    public Builder sources(Collection<? extends Source> more) {
      more.forEach(this::source);
      return this;
    }

    /** Keeps the backups in a local folder, which is made when it is needed. */
    public Builder directory(Path directory) {
      return store(LocalStore.in(directory));
    }

    /** Keeps the backups in a store. */
    public Builder store(Store value) {
      store = Objects.requireNonNull(value, "store");
      return this;
    }

    /** Sets what tells the time. Default: the system's clock. */
    public Builder clock(Clock value) {
      clock = Objects.requireNonNull(value, "clock");
      return this;
    }

    /** Sets who hears what happens. */
    public Builder listener(BackupListener value) {
      listener = Objects.requireNonNull(value, "listener");
      return this;
    }

    /**
     * Sets how long to wait for locks and for databases that are locked by others.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder lockTimeout(Duration value) {
      if (value.isNegative()) {
        throw new IllegalArgumentException("lock timeout is negative: " + value);
      }
      lockTimeout = value;
      return this;
    }

    /**
     * Gives the keys that encrypt and decrypt. Backups are then encrypted unless a request says
     * otherwise, safety backups always. The module {@code backup-encryption} makes keys.
     */
    public Builder encryption(Encryption value) {
      encryption = Objects.requireNonNull(value, "encryption");
      return this;
    }

    /**
     * Sets how to open another store that an open restore names by its path. Default: as a local
     * folder.
     */
    public Builder storesAt(Function<Path, Store> value) {
      stores = Objects.requireNonNull(value, "stores");
      return this;
    }

    /**
     * Returns the helper. The builder may be used further.
     *
     * @throws IllegalStateException if no store was given
     */
    public BackupHelper build() {
      if (store == null) {
        throw new IllegalStateException("no store was given: call directory or store");
      }
      return new BackupHelper(
          new Context(
              store,
              sources,
              Map.of(Context.DEFAULT_ENGINE, SqliteSource::of),
              stores,
              clock,
              listener,
              lockTimeout,
              encryption,
              ConnectionRelease.NONE));
    }
  }
}
