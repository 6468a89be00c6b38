package dev.backuphelper.report;

import dev.backuphelper.model.BackupId;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A restore or migration that has not ended: one that goes on now, or one whose process died.
 *
 * @param id the id of its plan; empty when the plan cannot be read
 * @param kind what it is
 * @param atWork whether the process that began it is known to be alive, and goes on saying so once
 *     it writes: it will end it
 * @param databases the databases concerned; empty when unknown
 * @param message what is open
 * @param remedy what to do about it
 */
public record OpenPlan(
    Optional<BackupId> id,
    Kind kind,
    boolean atWork,
    List<Path> databases,
    String message,
    String remedy) {
  /** Copies the list. */
  public OpenPlan {
    databases = List.copyOf(databases);
  }

  /** What is open. */
  public enum Kind {
    /** A restore. */
    RESTORE,
    /** A migration. */
    MIGRATION,
    /** Something whose plan cannot be read. */
    UNREADABLE;

    /** Returns the spelling of reports: the name in lower case. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns message and remedy as one sentence. */
  public String sentence() {
    return message + "; " + remedy;
  }
}
