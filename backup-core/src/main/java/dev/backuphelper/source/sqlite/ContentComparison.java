package dev.backuphelper.source.sqlite;

import dev.backuphelper.source.TableDifference;
import dev.backuphelper.source.TableDifference.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares two private images by what they hold, whatever their pages look like: each table by its
 * definition and by all of its rows. Everything else of the schema is told only where it differs,
 * as {@code view NAME} and the like.
 */
final class ContentComparison {
  private static final List<String> NUMBERS = List.of("application_id", "user_version");

  private final Connector connector;

  ContentComparison(Connector connector) {
    this.connector = connector;
  }

  List<TableDifference> compare(Path backup, Path live) throws IOException {
    boolean same = ImageFile.sameContent(backup, live);
    try (OpenImage first = open(backup);
        OpenImage second = open(live)) {
      ImageContent one = ImageContent.read(first.connection(), backup);
      ImageContent other = ImageContent.read(second.connection(), live);
      List<TableDifference> differences = new ArrayList<>(tables(one, other, same));
      differences.addAll(others(one, other));
      differences.sort(Comparator.comparing(TableDifference::name));
      return differences;
    } catch (SQLException e) {
      throw new IOException("comparing " + backup + " with " + live + " failed", e);
    }
  }

  private OpenImage open(Path image) throws IOException {
    try {
      return OpenImage.open(image, connector);
    } catch (SQLException e) {
      throw SqliteFailure.of(image, e);
    }
  }

  private static List<TableDifference> tables(ImageContent one, ImageContent other, boolean same) {
    TreeSet<String> names = new TreeSet<>(one.tables().keySet());
    names.addAll(other.tables().keySet());
    List<TableDifference> tables = new ArrayList<>();
    for (String name : names) {
      tables.add(table(name, one, other, same));
    }
    return tables;
  }

  private static TableDifference table(
      String name, ImageContent one, ImageContent other, boolean same) {
    if (!other.tables().containsKey(name)) {
      return new TableDifference(name, Status.ONLY_IN_BACKUP, one.rows(name), null);
    }
    if (!one.tables().containsKey(name)) {
      return new TableDifference(name, Status.ONLY_LIVE, null, other.rows(name));
    }
    Status definition = status(name, one.tables(), other.tables());
    if (same || definition != Status.IDENTICAL) {
      return new TableDifference(name, definition, one.rows(name), other.rows(name));
    }
    return one.isVirtual(name)
        ? new TableDifference(name, Status.IDENTICAL, null, null)
        : byRows(name, one.digest(name), other.digest(name));
  }

  /** What cannot be read on one side is never called identical. */
  private static TableDifference byRows(
      String name, @Nullable RowDigest one, @Nullable RowDigest other) {
    return new TableDifference(
        name,
        one != null && one.equals(other) ? Status.IDENTICAL : Status.DIFFERENT,
        one == null ? null : one.rows(),
        other == null ? null : other.rows());
  }

  private static List<TableDifference> others(ImageContent one, ImageContent other)
      throws SQLException {
    List<TableDifference> differences = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(one.others().keySet());
    names.addAll(other.others().keySet());
    for (String name : names) {
      Status status = status(name, one.others(), other.others());
      if (status != Status.IDENTICAL) {
        differences.add(new TableDifference(name, status, null, null));
      }
    }
    for (String number : NUMBERS) {
      if (one.number(number) != other.number(number)) {
        differences.add(new TableDifference("pragma " + number, Status.DIFFERENT, null, null));
      }
    }
    return differences;
  }

  private static Status status(String name, Map<String, String> one, Map<String, String> other) {
    if (!other.containsKey(name)) {
      return Status.ONLY_IN_BACKUP;
    }
    if (!one.containsKey(name)) {
      return Status.ONLY_LIVE;
    }
    return Objects.equals(one.get(name), other.get(name)) ? Status.IDENTICAL : Status.DIFFERENT;
  }
}
