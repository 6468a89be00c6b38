package dev.backuphelper.migration;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.GuardRequest;
import dev.backuphelper.GuardedSection;
import dev.backuphelper.RecoverRequest;
import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.model.BackupKind;
import dev.backuphelper.model.OnCrash;
import dev.backuphelper.model.RecoverChoice;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import dev.backuphelper.testing.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * A small database with a store of its own, and a guard of it.
 *
 * @param folder holds both
 * @param database where the database is
 */
record GuardedDatabase(Path folder, Path database) {
  /** The name of every migration. */
  static final String LABEL = "version-2";

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Makes one in a journal mode. */
  static GuardedDatabase create(Path folder, String mode) {
    GuardedDatabase made = at(folder);
    Sql.run(
        made.database(),
        "PRAGMA page_size=1024",
        "PRAGMA journal_mode=" + mode,
        "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT NOT NULL, price)",
        "CREATE TABLE part(item REFERENCES item(id), name TEXT)",
        "CREATE INDEX by_name ON item(name)",
        "CREATE VIEW cheap AS SELECT name FROM item WHERE price < 5",
        "CREATE TRIGGER tidy AFTER DELETE ON item BEGIN DELETE FROM part WHERE item = old.id; END",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 200)"
            + " INSERT INTO item SELECT i, 'item ' || i, i % 9 FROM r",
        "INSERT INTO part SELECT id, 'part of ' || name FROM item WHERE id % 3 = 0",
        "INSERT INTO part VALUES (9999, 'a part of nothing')",
        "PRAGMA user_version=1");
    return made;
  }

  /** Returns one whose database may be missing. */
  static GuardedDatabase at(Path folder) {
    try {
      Path real = Files.createDirectories(folder).toRealPath();
      return new GuardedDatabase(
          real, Files.createDirectories(real.resolve("data")).resolve("app.db"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path store() {
    return folder.resolve("backups");
  }

  BackupHelper backups() {
    return builder().build();
  }

  BackupHelper.Builder builder() {
    return BackupHelper.builder()
        .source(SqliteSource.of(database))
        .directory(store())
        .lockTimeout(PATIENCE);
  }

  /** Returns the helper at another time. */
  BackupHelper backups(Clock clock) {
    return builder().clock(clock).build();
  }

  MigrationGuard guard() {
    return MigrationGuard.of(backups());
  }

  /** Runs statements, each of which commits. */
  void sql(String... statements) {
    Sql.run(database, statements);
  }

  String state() {
    try {
      return State.of(database);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Changes the database under a guard that never ends, as if its process had died. */
  BackupId crash(OnCrash onCrash, String... statements) {
    GuardRequest request = new GuardRequest(LABEL, onCrash, Duration.ZERO, null);
    try (GuardedSection section = backups().guard(request)) {
      var safety = section.protect();
      section.begin();
      sql(statements);
      return safety.map(Backup::id).orElse(null);
    }
  }

  /** Returns where the marker of a migration lies. */
  Path marker() {
    return Sql.beside(database, ".backup-open.json");
  }

  /** Changes the text of the marker, but not its last heartbeat. */
  void rewriteMarker(UnaryOperator<String> change) {
    try {
      FileTime beat = Files.getLastModifiedTime(marker());
      String before = Files.readString(marker());
      String after = change.apply(before);
      if (after.equals(before)) {
        throw new AssertionError("not changed: " + before);
      }
      Files.writeString(marker(), after);
      Files.setLastModifiedTime(marker(), beat);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes it look as if a file had changed so long after the marker's last heartbeat. */
  void setChanged(Path file, long millisAfterLastBeat) {
    try {
      long beat = Files.getLastModifiedTime(marker()).toMillis();
      Files.setLastModifiedTime(file, FileTime.fromMillis(beat + millisAfterLastBeat));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RecoverReport recover(RecoverChoice choice) {
    return backups().recover(new RecoverRequest(null, choice, false));
  }

  /** Returns what lies beside the database, but for its lock file. */
  TreeSet<String> beside() {
    TreeSet<String> names = new TreeSet<>(Folders.names(database.resolveSibling("")));
    names.removeIf(name -> name.equals("app.db") || name.endsWith(".backup-lock"));
    return names;
  }

  /** Returns the safety backups, newest first. */
  List<Backup> safetyBackups() {
    return backups().list().stream().filter(b -> b.kind() == BackupKind.SAFETY).toList();
  }

  /** Returns the state in a backup, as it is when it is restored somewhere. */
  String stateIn(BackupId id) throws SQLException, IOException {
    Backup backup = backups().find(id).orElseThrow();
    return State.ofUntouched(store().resolve(backup.components().get(0).file()));
  }
}
