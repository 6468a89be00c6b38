package dev.backuphelper.internal.engine;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.KeyException;
import dev.backuphelper.internal.io.Interruption;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.model.Component;
import dev.backuphelper.model.GroupId;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;

/**
 * Finds what a backup can build on: the newest of the same databases that is neither damaged nor a
 * safety backup, if it and all that it builds on are there and not known to be bad. Looks at
 * records and sizes alone; bytes are read by {@code verify}.
 */
final class ParentSearch {
  /** A chain that is chosen automatically has no more links: each of them is needed to restore. */
  static final int LONG_CHAIN = 30;

  private final Context context;
  private final Events events;
  private final CreateOrder order;
  private final boolean encrypted;

  ParentSearch(Context context, Events events, CreateOrder order, boolean encrypted) {
    this.context = context;
    this.events = events;
    this.order = order;
    this.encrypted = encrypted;
  }

  /**
   * Returns the parent of a backup; empty if it has to be a full one, which is said then.
   *
   * @param id of the backup, which is later than its parent's
   */
  Optional<OpenedBackup> find(BackupId id, GroupId group) throws IOException {
    Optional<Backup> found =
        context.catalog().list().backups().stream()
            .filter(backup -> backup.group().equals(group) && backup.id().compareTo(id) < 0)
            .filter(backup -> backup.kind() != BackupKind.SAFETY && !backup.damaged())
            .filter(backup -> !isDifferential() || backup.type() == BackupType.FULL)
            .findFirst();
    if (found.isEmpty()) {
      none("there is no earlier backup to build on", order.type() == null);
      return Optional.empty();
    }
    return usable(found.get());
  }

  private boolean isDifferential() {
    return order.type() == BackupType.DIFFERENTIAL;
  }

  private Optional<OpenedBackup> usable(Backup parent) throws IOException {
    try {
      List<Backup> links = new Chain(context).of(parent);
      Optional<String> problem = problem(links);
      if (problem.isPresent()) {
        none("backup %s cannot be built on: %s".formatted(parent.id(), problem.get()), false);
        return Optional.empty();
      }
      if (isLong(links)) {
        none("the chain of backup %s is long".formatted(parent.id()), order.type() == null);
        return Optional.empty();
      }
      return Optional.of(context.open(parent));
    } catch (KeyException locked) {
      throw new KeyException(
          "backup %s cannot be built on: %s".formatted(parent.id(), locked.getMessage()),
          "Give the key that opens it, change its key with rekey, or make a full backup.");
    } catch (BackupException unusable) {
      none("backup %s cannot be built on: %s".formatted(parent.id(), unusable.getMessage()), false);
      return Optional.empty();
    }
  }

  private Optional<String> problem(List<Backup> links) throws IOException {
    for (Backup link : links) {
      if (link.damaged() || link.knownBad()) {
        return Optional.of("backup %s is bad".formatted(link.id()));
      }
      if (link.manifest().encrypted() != encrypted) {
        return Optional.of(
            "backup %s is %s".formatted(link.id(), encrypted ? "not encrypted" : "encrypted"));
      }
      for (Component component : link.components()) {
        if (!isThere(component)) {
          return Optional.of(component.file() + " is missing, or has another size");
        }
      }
    }
    return Optional.empty();
  }

  private boolean isThere(Component component) throws IOException {
    try {
      return context.store().size(component.file()) == component.size();
    } catch (NoSuchFileException missing) {
      return false;
    } catch (IOException unreadable) {
      if (Interruption.is(unreadable)) {
        throw unreadable;
      }
      return false;
    }
  }

  // To restore a chain whose deltas are as large as its full backup takes twice as long.
  private boolean isLong(List<Backup> links) {
    if (order.type() != null) {
      return links.size() >= Chain.MOST_LINKS;
    }
    long deltas = links.stream().skip(1).mapToLong(Backup::size).sum();
    return links.size() > LONG_CHAIN || deltas >= links.get(0).size();
  }

  private void none(String reason, boolean expected) {
    if (expected) {
      events.step("full-instead", reason);
    } else {
      events.warning(reason + ": this is a full backup");
    }
  }
}
