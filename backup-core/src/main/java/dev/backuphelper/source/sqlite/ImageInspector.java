package dev.backuphelper.source.sqlite;

import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.CheckStatus;
import dev.backuphelper.source.Inspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Examines a private image. It is opened as immutable, so that nothing appears beside it. (SQLite
 * does not evaluate CHECK constraints through such a connection: they are the application's rules,
 * and a row that breaks one is no damage.)
 */
final class ImageInspector {
  private final Connector connector;

  ImageInspector(Connector connector) {
    this.connector = connector;
  }

  Inspection inspect(Path image, CheckLevel level) throws IOException {
    Optional<Header> header = ImageFile.header(image);
    long size = Files.size(image);
    List<Check> checks = new ArrayList<>();
    Map<String, Object> facts = new LinkedHashMap<>();
    header.ifPresent(known -> addFacts(facts, known, size));
    Check shape = shape(header, size);
    if (shape != null) {
      checks.add(shape);
    }
    if (shape == null || !shape.isFailed()) {
      readContent(image, level, checks, facts);
    }
    return new Inspection(checks, facts);
  }

  private static void addFacts(Map<String, Object> facts, Header header, long size) {
    facts.put("page_size", (long) header.pageSize());
    facts.put("page_count", header.pageCount() > 0 ? header.pageCount() : size / header.pageSize());
    facts.put("application_id", header.applicationId());
    facts.put("user_version", (long) header.userVersion());
  }

  /** Compares the file's size with what its header tells; null when there is nothing to say. */
  private static @Nullable Check shape(Optional<Header> found, long size) {
    String check = "header";
    if (size == 0) {
      return Check.failed(check, "the file is empty (0 bytes)");
    }
    if (found.isEmpty()) {
      return Check.failed(check, "the file is " + SqliteFailure.UNKNOWN_FORMAT);
    }
    Header header = found.get();
    long expected = header.declaredSize().orElse(size);
    if (size < expected || size % header.pageSize() != 0) {
      return Check.failed(check, "the file is truncated: " + difference(header, size));
    }
    return size == expected
        ? null
        : new Check(
            check,
            CheckStatus.WARNING,
            "the file goes on after the database: " + difference(header, size));
  }

  private static String difference(Header header, long size) {
    OptionalLong declared = header.declaredSize();
    return size
        + " bytes instead of "
        + (declared.isPresent()
            ? String.valueOf(declared.getAsLong())
            : "a multiple of " + header.pageSize());
  }

  private void readContent(
      Path image, CheckLevel level, List<Check> checks, Map<String, Object> facts)
      throws IOException {
    try (OpenImage opened = OpenImage.open(image, connector)) {
      StructureCheck structure = new StructureCheck(opened, connector);
      if (level == CheckLevel.QUICK) {
        checks.add(structure.run("quick_check"));
      } else if (level == CheckLevel.FULL) {
        checks.add(structure.run("integrity_check"));
        checks.add(ForeignKeyCheck.run(opened.connection()));
      }
      addTables(opened.connection(), checks, facts);
    } catch (SQLException e) {
      if (!SqliteFailure.isDamage(e)) {
        throw SqliteFailure.of(image, e);
      }
      checks.add(Check.failed("open", SqliteFailure.message(e)));
    }
  }

  private static void addTables(
      SQLiteConnection connection, List<Check> checks, Map<String, Object> facts) {
    try {
      List<Map<String, Object>> tables = TableCounter.count(connection, TableCounter.BUDGET);
      facts.put("tables", tables);
      if (tables.isEmpty()) {
        checks.add(new Check("tables", CheckStatus.WARNING, "no tables"));
      }
    } catch (SQLException e) {
      // The schema cannot be read. Why not is what the other checks say.
      facts.put("tables", List.of());
    }
  }
}
