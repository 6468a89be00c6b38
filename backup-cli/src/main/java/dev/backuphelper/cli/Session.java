package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.encryption.BackupEncryption;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.RefusedException;
import dev.backuphelper.event.BackupEvent;
import dev.backuphelper.event.BackupListener;
import dev.backuphelper.source.Source;
import dev.backuphelper.store.FileSequence;
import dev.backuphelper.store.Store;
import dev.backuphelper.store.local.LocalStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a command works with: the global options, the library, the person. Used by one thread. */
final class Session implements AutoCloseable {
  private final RootCommand options;
  private final Environment environment;
  private final boolean mentionsOpenPlans;
  private final ProgressDisplay progress;
  private final Set<String> warnings = new LinkedHashSet<>();
  private final List<BackupListener> listeners = new ArrayList<>();
  private final List<ArchiveStore> archives = new ArrayList<>();

  Session(RootCommand options, Environment environment, boolean mentionsOpenPlans) {
    this.options = options;
    this.environment = environment;
    this.mentionsOpenPlans = mentionsOpenPlans;
    boolean drawn = environment.terminal().canDraw() && !options.quiet && !options.json;
    progress =
        drawn ? ProgressDisplay.on(environment.err(), System::nanoTime) : ProgressDisplay.off();
  }

  /** Returns the store's folder. */
  Path directory() {
    return options.directory(environment.variables());
  }

  /** Returns what surrounds the command. */
  Environment environment() {
    return environment;
  }

  /** Opens the library on the store's folder. */
  BackupHelper open() {
    return open(directory(), List.of());
  }

  /** Opens the library on a folder. */
  BackupHelper open(Path directory, Collection<? extends Source> sources) {
    return open(directory, sources, new Keys(environment).present());
  }

  /** Opens the library on a folder, to encrypt what it makes. */
  BackupHelper openToEncrypt(Path directory, Collection<? extends Source> sources) {
    return open(directory, sources, new Keys(environment).encrypting());
  }

  /** Opens the library on the store's folder, to change the keys. */
  BackupHelper openToRekey() {
    return open(directory(), List.of(), Optional.of(new Keys(environment).changing()));
  }

  /** Opens the library on the backup in an archive, which is read now. */
  BackupHelper openArchive(Reference archive) {
    ArchiveStore store = store(archive);
    store.require();
    return open(store, List.of(), new Keys(environment).present());
  }

  /** Opens the files of an archive. */
  FileSequence files(Reference archive) throws IOException {
    if (archive.isPiped()) {
      return new TarReader(environment.terminal().piped(), "standard input");
    }
    Path file = archive.path().toAbsolutePath();
    InputStream in = Files.newInputStream(file);
    try {
      return new TarReader(in, file.toString());
    } catch (IOException failure) {
      in.close();
      throw failure;
    }
  }

  private ArchiveStore store(Reference archive) {
    String location =
        archive.isPiped() ? "standard input" : archive.path().toAbsolutePath().toString();
    ArchiveStore store = new ArchiveStore(location, () -> files(archive));
    archives.add(store);
    return store;
  }

  // What a restore from an archive left open names the archive.
  private Store storeAt(Path path) {
    return Files.isRegularFile(path) && ArchiveFormat.ofName(path.toString()).isPresent()
        ? store(Reference.archive(path.toString()))
        : LocalStore.in(path);
  }

  private BackupHelper open(
      Path directory, Collection<? extends Source> sources, Optional<BackupEncryption> keys) {
    return open(LocalStore.in(directory), sources, keys);
  }

  private BackupHelper open(
      Store store, Collection<? extends Source> sources, Optional<BackupEncryption> keys) {
    BackupHelper.Builder builder =
        BackupHelper.builder()
            .store(store)
            .storesAt(this::storeAt)
            .sources(sources)
            .lockTimeout(options.lockTimeout())
            .clock(environment.clock())
            .listener(this::hear);
    keys.ifPresent(builder::encryption);
    BackupHelper backups = builder.build();
    if (mentionsOpenPlans) {
      backups.openPlans().forEach(plan -> warn(plan.sentence()));
    }
    return backups;
  }

  /** Lets somebody hear what the library does from now on. */
  void listen(BackupListener listener) {
    listeners.add(listener);
  }

  /**
   * Refuses to print a result as JSON.
   *
   * @param reason why there is none
   */
  void requireNoJson(String reason, String remedy) {
    if (options.json) {
      throw new InvalidRequestException("--json: " + reason, remedy);
    }
  }

  /** Prints a line of the result at once, where it is read by people. */
  void narrate(String line) {
    if (!options.json && !options.quiet) {
      progress.clear();
      environment.out().println(Format.printable(line));
      environment.out().flush();
    }
  }

  /** Refuses a folder that is not going to be used. */
  void requireNoDirectory(String reason) {
    if (options.directory != null) {
      throw new InvalidRequestException("--dir: " + reason, "Leave --dir out.");
    }
  }

  /** Says at once how far it is, unless the bare result is wanted. */
  void tell(String line) {
    if (!options.quiet) {
      show(line);
    }
  }

  /** Says the same in whatever thread, into the midst of what is shown. */
  void interject(String line) {
    if (!options.quiet) {
      environment.err().println(Format.printable(line));
    }
  }

  /** Says at once that something is worth knowing. */
  void warn(String message) {
    if (warnings.add(message)) {
      progress.clear();
      environment.err().println("warning: " + Format.printable(message));
    }
  }

  /** Returns what was worth knowing so far. */
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** Tells whether somebody can be asked. */
  boolean canAsk() {
    return environment.terminal().canAsk();
  }

  /** Shows a line to people, whatever stdout is for. */
  void show(String line) {
    progress.clear();
    environment.err().println(Format.printable(line));
  }

  /** Asks a question. */
  boolean ask(String question) {
    progress.clear();
    return environment.terminal().confirm(Format.printable(question));
  }

  /** Asks before something is removed; goes ahead when nobody can be asked. */
  void confirmRemoval(String question) {
    if (canAsk() && !ask(question)) {
      throw new RefusedException("declined; nothing was removed", null);
    }
  }

  @Override
  public void close() {
    progress.clear();
    archives.forEach(ArchiveStore::close);
  }

  private void hear(BackupEvent event) {
    listeners.forEach(listener -> listener.on(event));
    if (event instanceof BackupEvent.Warning warning) {
      warn(warning.message());
    } else if (event instanceof BackupEvent.Progressed progressed) {
      progress.show(progressed);
    }
  }
}
