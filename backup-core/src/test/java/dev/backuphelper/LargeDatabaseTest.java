package dev.backuphelper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backuphelper.model.Backup;
import dev.backuphelper.model.BackupType;
import dev.backuphelper.report.CompareReport;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A database that is larger than one GiB has a page at byte 2^30 that SQLite never uses and that no
 * copy holds. The thorough run makes one; the ordinary run takes the same way with a small one.
 */
@Timeout(600)
class LargeDatabaseTest {
  private static final long LOCK_PAGE = 1L << 30;
  private static final int MEBIBYTES = Boolean.getBoolean("backup.test.thorough") ? 1100 : 8;

  @TempDir Path directory;

  @Test
  void database_beyondTheLockPage_isBackedUpAndRestored() throws IOException {
    SampleDatabase app = SampleDatabase.create(directory.resolve("app.db"));
    app.execute(
        "PRAGMA journal_mode=off",
        "CREATE TABLE big(id INTEGER PRIMARY KEY, content BLOB)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + MEBIBYTES
            + ") INSERT INTO big SELECT i, randomblob(1048576) FROM n",
        "PRAGMA journal_mode=delete");
    long size = Files.size(app.path());
    assertThat(size > LOCK_PAGE).isEqualTo(MEBIBYTES > 1024);
    System.out.printf("a database of %d bytes, the lock page is at %d%n", size, LOCK_PAGE);
    List<String> sums = sums(app);
    BackupHelper backups =
        BackupHelper.builder()
            .source(SqliteSource.of(app.path()))
            .directory(directory.resolve("backups"))
            .build();

    Backup backup = backups.create();
    app.execute("UPDATE big SET content = zeroblob(100) WHERE id % 2 = 0", "DROP TABLE item");
    backups.restore(RestoreRequest.of(backup.id()).withoutSafetyBackup().build());

    assertThat(sums(app)).isEqualTo(sums);
    assertThat(app.items()).hasSize(3);
    assertThat(backups.compare(backup.id()).components().get(0).status())
        .isEqualTo(CompareReport.Status.IDENTICAL);
    assertIncremental(app, backups);
    Path copy = directory.resolve("copy.db");
    backups.restore(RestoreRequest.of(backup.id()).to(copy).build());
    assertThat(sums(SampleDatabase.at(copy))).isEqualTo(sums);
  }

  private void assertIncremental(SampleDatabase app, BackupHelper backups) {
    app.execute("UPDATE big SET content = randomblob(1048576) WHERE id % 7 = 0");
    List<String> sums = sums(app);
    CreateRequest request = CreateRequest.builder().type(BackupType.INCREMENTAL).build();
    Backup incremental = backups.create(request);
    assertThat(incremental.type()).isEqualTo(BackupType.INCREMENTAL);
    assertThat(incremental.size()).isLessThan(app.path().toFile().length() / 4);
    app.execute("UPDATE big SET content = zeroblob(1048576) WHERE id % 2 = 0");
    backups.create(request);

    Path target = directory.resolve("incremental.db");
    backups.restore(RestoreRequest.of(incremental.id()).to(target).build());

    assertThat(sums(SampleDatabase.at(target))).isEqualTo(sums);
    backups.restore(RestoreRequest.of(incremental.id()).withoutSafetyBackup().build());
    assertThat(backups.compare(incremental.id()).components().get(0).status())
        .isEqualTo(CompareReport.Status.IDENTICAL);
    app.execute("UPDATE big SET content = zeroblob(1048576)");
    backups.restore(
        RestoreRequest.of(backups.list().get(backups.list().size() - 1).id())
            .withoutSafetyBackup()
            .build());
  }

  /** What would differ if a page were lost or moved. */
  private static List<String> sums(SampleDatabase database) {
    return database.query(
        "SELECT id || ' ' || length(content) || ' ' || hex(substr(content, 500000, 16)) FROM big");
  }
}
