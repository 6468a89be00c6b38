package dev.backuphelper.report;

import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.SourceName;
import dev.backuphelper.source.TableDifference;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * How a backup compares with the live databases, by content.
 *
 * @param id the backup
 * @param components its sources, ordered by name
 */
public record CompareReport(BackupId id, List<Compared> components) {
  /** Copies the list. */
  public CompareReport {
    components = List.copyOf(components);
  }

  /**
   * One source.
   *
   * @param name its name in the backup
   * @param live the live database's path
   * @param status how it compares
   * @param tables how its tables compare; empty when the images are identical, or when there is no
   *     live database that can be read
   */
  public record Compared(SourceName name, Path live, Status status, List<TableDifference> tables) {
    /** Copies the list. */
    public Compared {
      tables = List.copyOf(tables);
    }
  }

  /** How a source compares. */
  public enum Status {
    /** The same content. */
    IDENTICAL,
    /** Other content, be it none of a database. */
    DIFFERENT,
    /** There is no file. */
    MISSING;

    /** Returns the spelling of reports: the name in lower case. */
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
