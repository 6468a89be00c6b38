package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.UnknownFormatException;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what a backup builds on. */
public final class Chain {
  /** More links than anybody makes: a bound on what a hostile store can ask for. */
  static final int MOST_LINKS = 1000;

  private final Context context;

  /** Looks in a store. */
  public Chain(Context context) {
    this.context = context;
  }

  /**
   * Returns the backups that are needed to restore one: the full one first, itself last.
   *
   * @throws CorruptBackupException if one of them is missing, or its manifest cannot be used
   */
  public List<Backup> of(Backup backup) throws IOException {
    List<Backup> links = new ArrayList<>();
    links.add(backup);
    Optional<BackupId> parent = backup.parent();
    while (parent.isPresent()) {
      Backup link = require(parent.get(), backup);
      links.add(link);
      if (links.size() > MOST_LINKS) {
        throw broken(backup, "has more than %d links".formatted(MOST_LINKS), null);
      }
      parent = link.parent();
    }
    Collections.reverse(links);
    return links;
  }

  private Backup require(BackupId id, Backup dependent) throws IOException {
    try {
      Optional<Backup> link = context.catalog().find(id);
      if (link.isPresent() && link.get().group().equals(dependent.group())) {
        return link.get();
      }
      String problem = link.isPresent() ? "which is of other databases" : "which is missing";
      throw broken(dependent, "builds on %s, %s".formatted(id, problem), null);
    } catch (MalformedDocumentException | UnknownFormatException unusable) {
      throw broken(
          dependent,
          "builds on %s, whose manifest cannot be used: %s".formatted(id, unusable.getMessage()),
          unusable);
    }
  }

  private static CorruptBackupException broken(
      Backup backup, String problem, @Nullable IOException cause) {
    return new CorruptBackupException(
        ErrorCode.CORRUPT,
        "validation failed: backup %s %s".formatted(backup.id(), problem),
        "Use another backup; verify says which are good.",
        cause);
  }
}
