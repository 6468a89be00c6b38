package dev.backuphelper.cli;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.RestoreRequest;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.migration.MigrationGuard;
import dev.backuphelper.migration.MigrationReport;
import dev.backuphelper.model.BackupId;
import dev.backuphelper.report.OpenPlan;
import dev.backuphelper.report.RecoverReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** The story that the demo tells. Used once, by one thread. */
final class Demo {
  private final Session session;
  private final DemoFolder folder;
  private final DemoView view;
  private final Path database;
  private final Path store;
  private final BackupHelper backups;
  private final long begun = System.nanoTime();

  Demo(Session session, DemoFolder folder, DemoView view) {
    this.session = session;
    this.folder = folder;
    this.view = view;
    database = folder.path().resolve("shop.db");
    store = folder.path().resolve("backups");
    backups = session.open(store, List.of(SqliteSource.of(database)));
  }

  /** Tells it. */
  void run(boolean crash) throws SQLException, IOException {
    try {
      story(crash);
    } catch (RuntimeException | SQLException | IOException failure) {
      // Whatever went wrong then, it was because everything is being removed.
      requireNotAbandoned();
      throw failure;
    }
  }

  private void story(boolean crash) throws SQLException, IOException {
    ShopDatabase.create(database);
    String made = since(begun);
    DatabaseContent before = DatabaseContent.of(database);
    tell(
        "1. A shop database: %d tables, an index, foreign keys, %d rows, %s, made in %s."
            .formatted(
                before.tables().size(),
                before.rowCount(),
                Format.size(Files.size(database)),
                made));
    DemoUndone undone = crash ? crash() : fail();
    view.put(undone.safetyBackup(), undone.failedState());
    if (!isProved(before, undone)) {
      view.failProof();
      return;
    }
    migrate();
    tell("Nothing is lost, and nothing is left behind. It took %s.".formatted(since(begun)));
  }

  private static String since(long nanos) {
    return Format.duration(Duration.ofNanos(System.nanoTime() - nanos));
  }

  private void tell(String line) {
    requireNotAbandoned();
    session.narrate(line);
  }

  private void requireNotAbandoned() {
    if (folder.isAbandoned()) {
      throw new StorageException(ErrorCode.INTERRUPTED, "interrupted", null, null);
    }
  }

  private void committed(String what) {
    tell("   - " + what + ": committed");
  }

  private DemoUndone fail() {
    tell(
        "2. The guard takes a safety backup, then the migration %s begins."
            .formatted(ShopDatabase.LABEL));
    try {
      MigrationGuard.of(backups)
          .run(
              ShopDatabase.LABEL,
              () -> ShopDatabase.migrateBadly(database, this::committed, () -> {}));
    } catch (SQLException failure) {
      DemoUndone undone = DemoUndone.of(failure);
      MigrationReport report = MigrationReport.of(failure).orElseThrow();
      tell("   - fails: " + failure.getMessage());
      tell(
          "3. The guard restores safety backup %s in %s; it was made in %s."
              .formatted(
                  undone.safetyBackup(),
                  Format.duration(report.restore()),
                  Format.duration(report.backup())));
      return undone;
    }
    throw new IllegalStateException("the migration did not fail");
  }

  private DemoUndone crash() throws IOException {
    tell(
        "2. Another process: the guard takes a safety backup, then the migration %s begins."
            .formatted(ShopDatabase.LABEL));
    long started = System.nanoTime();
    DemoCrash.of(folder, database, store, this::committed);
    tell(
        "   - is killed half way, after %s: no handler, no hook, no rollback ran"
            .formatted(since(started)));
    OpenPlan open = DemoUndone.open(backups.status().open());
    tell("   'backup status' says now: " + open.message().replaceFirst(" for .*", ""));
    BackupId safety = DemoUndone.safetyBackup(open);
    long recovering = System.nanoTime();
    RecoverReport recovered = MigrationGuard.of(backups).recover();
    DemoUndone undone = DemoUndone.of(safety, recovered);
    tell(
        "3. The next start finds the marker, and restores safety backup %s, in %s."
            .formatted(safety, since(recovering)));
    return undone;
  }

  private boolean isProved(DatabaseContent before, DemoUndone undone) throws SQLException {
    long proving = System.nanoTime();
    Path failed = folder.path().resolve("failed.db");
    backups.restore(RestoreRequest.of(undone.failedState()).to(failed).build());
    DatabaseContent after = DatabaseContent.of(failed);
    DatabaseContent now = DatabaseContent.of(database);
    tell(
        "4. The proof, row by row, in %s. What the migration left is kept too, as %s:"
            .formatted(since(proving), undone.failedState()));
    view.put(before, after, now);
    DemoView.table(before, after, now).forEach(line -> tell("   " + line));
    return before.equals(now);
  }

  private void migrate() throws SQLException {
    long migrating = System.nanoTime();
    MigrationReport report =
        MigrationGuard.of(backups)
            .run(ShopDatabase.LABEL, () -> ShopDatabase.migrate(database, what -> {}));
    String took = since(migrating);
    DatabaseContent migrated = DatabaseContent.of(database);
    tell(
        "5. The corrected migration goes through: %s, %d rows in invoice, in %s."
            .formatted(report.outcome().key(), migrated.rowCount("invoice"), took));
  }
}
