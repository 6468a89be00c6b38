package dev.backuphelper.examples;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.GuardRequest;
import dev.backuphelper.GuardedSection;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/** A shop whose migration died an hour ago, in a transaction. */
final class AfterCrash {
  private static final Duration LONG_AGO = Duration.ofHours(1);
  private static final Pattern INSTANT = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z");

  private AfterCrash() {}

  static BackupHelper backups(Path folder) {
    return BackupHelper.builder()
        .source(SqliteSource.of(folder.resolve("shop.db")))
        .directory(folder.resolve("backups"))
        .build();
  }

  /** Leaves a marker, and the journal of what was not committed. */
  static void make(Path folder) throws IOException, SQLException {
    Path journal = folder.resolve("shop.db-journal");
    Path kept = folder.resolve("kept");
    GuardRequest request = new GuardRequest("died", OnCrash.RESTORE, Duration.ZERO, null);
    try (GuardedSection section = backups(folder).guard(request)) {
      section.protect();
      section.begin();
      // Otherwise SQLite does not count what is in the journal before it is forced to disk.
      String url = "jdbc:sqlite:" + folder.resolve("shop.db") + "?synchronous=OFF";
      try (Connection connection = DriverManager.getConnection(url);
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE committed (x)");
        connection.setAutoCommit(false);
        statement.execute("INSERT INTO committed VALUES (1)");
        Files.copy(journal, kept);
        connection.rollback();
      }
    }
    Files.move(kept, journal, StandardCopyOption.REPLACE_EXISTING);
    for (String name : List.of("shop.db-journal", "shop.db.backup-open.json", "shop.db")) {
      makeLongAgo(folder.resolve(name));
    }
  }

  private static void makeLongAgo(Path file) throws IOException {
    FileTime then = longBefore(Files.getLastModifiedTime(file).toInstant());
    if (file.toString().endsWith(".json")) {
      String marker = Files.readString(file);
      Files.writeString(
          file,
          INSTANT
              .matcher(marker)
              .replaceAll(time -> longBefore(Instant.parse(time.group())).toString()));
    }
    Files.setLastModifiedTime(file, then);
  }

  private static FileTime longBefore(Instant time) {
    return FileTime.from(time.minus(LONG_AGO));
  }
}
