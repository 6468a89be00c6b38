package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.Catalog;
import dev.backuphelper.error.AmbiguousException;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.BackupNotFoundException;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.InvalidRequestException;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.GroupId;
import dev.backuphelper.report.Listing;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Finds the backup that somebody names: by its id, a unique prefix, or as the latest. */
public final class Lookup {
  private static final Pattern ID_CHARACTERS = Pattern.compile("[0-9-]+");
  private static final int SHOWN = 5;

  private final Context context;

  /** Creates the look-up in a store. */
  public Lookup(Context context) {
    this.context = context;
  }

  /** Returns the backup of an id. */
  public Backup require(BackupId id) throws IOException {
    Optional<Backup> found = context.catalog().find(id);
    if (found.isPresent()) {
      return found.get();
    }
    throw notFound(context, id.value(), context.catalog().list());
  }

  /** Returns a backup with all that its manifest tells, which of an encrypted one its key opens. */
  public Backup unlock(Backup backup) throws IOException {
    return context.unlock(backup);
  }

  /** Requires that there is a store, without which there is no backup of that id either. */
  void requireStore(BackupId id) throws IOException {
    if (!context.store().exists()) {
      throw notFound(context, id.value(), new Listing(List.of(), List.of()));
    }
  }

  /** Returns the backup that is named by its id, a unique prefix of it, or {@code latest}. */
  public Backup resolve(String name) throws IOException {
    Listing listing = context.catalog().list();
    if (name.equals("latest")) {
      Optional<Backup> latest = latest(listing);
      requireNothingNewer(latest, listing);
      return latest.orElseThrow(() -> notFound(context, name, listing));
    }
    if (!ID_CHARACTERS.matcher(name).matches()) {
      throw notFound(context, name, listing);
    }
    List<Backup> matches =
        listing.backups().stream().filter(b -> b.id().value().startsWith(name)).toList();
    if (matches.isEmpty()) {
      throw notFound(context, name, listing);
    }
    if (matches.size() > 1) {
      throw new AmbiguousException(
          "%d backups begin with %s: %s"
              .formatted(
                  matches.size(), name, matches.stream().limit(SHOWN).map(Backup::id).toList()),
          "Give more of the id.");
    }
    return matches.get(0);
  }

  /** Returns the newest backup of the configured sources, or of the only group that there is. */
  public Optional<Backup> latest() throws IOException {
    Listing listing = context.catalog().list();
    Optional<Backup> latest = latest(listing);
    requireNothingNewer(latest, listing);
    return latest;
  }

  /** Returns the newest of those whose date is not later. */
  public Optional<Backup> latest(Instant notAfter) throws IOException {
    Listing all = context.catalog().list();
    Listing listing =
        new Listing(
            all.backups().stream()
                .filter(backup -> !backup.manifest().date().isAfter(notAfter))
                .toList(),
            all.unreadable().stream()
                .filter(manifest -> manifest.id().filter(id -> isLater(id, notAfter)).isEmpty())
                .toList());
    Optional<Backup> latest = latest(listing);
    requireNothingNewer(latest, listing);
    return latest;
  }

  private static boolean isLater(BackupId id, Instant moment) {
    return id.instant().isAfter(moment);
  }

  // Whose manifest cannot be used may be the latest: an older one must not pass for it unsaid.
  private static void requireNothingNewer(Optional<Backup> latest, Listing listing) {
    for (Listing.Unreadable manifest : listing.unreadable()) {
      Optional<BackupId> id = manifest.id();
      if (id.isPresent() && isNewer(id.get(), latest)) {
        String other =
            latest.isEmpty()
                ? "No other backup can be used."
                : "The newest that can be used is %s: name it by its id."
                    .formatted(latest.get().id());
        throw unusable(id.get(), manifest, other);
      }
    }
  }

  private static boolean isNewer(BackupId id, Optional<Backup> latest) {
    return latest.isEmpty() || id.compareTo(latest.get().id()) > 0;
  }

  private static BackupException unusable(BackupId id, Listing.Unreadable manifest, String hint) {
    String message =
        "backup %s has a manifest that cannot be used: %s".formatted(id, manifest.reason());
    ErrorCode code = codeOf(manifest);
    return code == ErrorCode.ACCESS_DENIED
        ? new StorageException(code, message, "Give this user access to it.")
        : new CorruptBackupException(code, message, hint);
  }

  private Optional<Backup> latest(Listing listing) throws IOException {
    Map<GroupId, Backup> newest = newestOfGroups(listing);
    if (!context.sources().isEmpty()) {
      Set<String> paths = new TreeSet<>();
      for (NamedSource source : NamedSource.ofConfigured(context.sources())) {
        paths.add(source.path().toString());
      }
      return newest.values().stream().filter(b -> pathsOf(b).equals(paths)).findFirst();
    }
    if (newest.size() > 1) {
      throw new AmbiguousException(
          "the store holds backups of %d sets of databases: %s"
              .formatted(
                  newest.size(),
                  newest.values().stream()
                      .limit(SHOWN)
                      .map(backup -> backup.id() + " of " + pathsOf(backup))
                      .toList()),
          "Name the backup by its id instead of latest.");
    }
    return newest.values().stream().findFirst();
  }

  // A safety backup is what was there before something else was wanted: to restore the latest twice
  // must not undo the first time. Where there is nothing else it is the latest there is, but for
  // what a failed migration left.
  private static Map<GroupId, Backup> newestOfGroups(Listing listing) {
    Map<GroupId, Backup> newest = new LinkedHashMap<>();
    List<Predicate<Backup>> preferences =
        List.of(
            backup -> backup.kind() != BackupKind.SAFETY,
            backup -> !backup.leftByFailure(),
            backup -> true);
    for (Predicate<Backup> preferred : preferences) {
      listing.backups().stream()
          .filter(preferred)
          .forEach(backup -> newest.putIfAbsent(backup.group(), backup));
    }
    return newest;
  }

  private static Set<String> pathsOf(Backup backup) {
    Set<String> paths = new TreeSet<>();
    for (Component component : backup.components()) {
      paths.add(component.source());
    }
    return paths;
  }

  /** Returns what says that a backup is not there, or that its manifest cannot be used. */
  static BackupException notFound(Context context, String name, Listing listing) {
    for (Listing.Unreadable manifest : listing.unreadable()) {
      Optional<BackupId> id = manifest.id();
      if (id.isPresent() && id.get().value().equals(name)) {
        return unusable(id.get(), manifest, "Use another backup; list shows them.");
      }
    }
    String newest =
        listing.backups().isEmpty()
            ? "The store has no backups."
            : "The newest is " + listing.backups().get(0).id() + "; list shows all.";
    return new BackupNotFoundException(
        "backup not found: '%s' in %s".formatted(name, context.store().location()), newest);
  }

  /** Returns the code of why a manifest cannot be used. */
  static ErrorCode codeOf(Listing.Unreadable manifest) {
    if (manifest.reason().equals(Catalog.ACCESS_DENIED)) {
      return ErrorCode.ACCESS_DENIED;
    }
    return manifest.reason().startsWith("it has ")
        ? ErrorCode.UNSUPPORTED_FORMAT
        : ErrorCode.CORRUPT;
  }

  /** Returns the path of a component as its manifest records it. */
  static Path recordedPath(Component component) {
    try {
      Path path = Path.of(component.source());
      // What the folder of this process makes of it was not meant.
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException foreign) {
      // As a relative one is.
    }
    throw new InvalidRequestException(
        "%s was at a path that is none on this system: %s"
            .formatted(component.name(), component.source().replaceAll("\\p{Cntrl}", "?")),
        "Say where to restore with --target.");
  }
}
