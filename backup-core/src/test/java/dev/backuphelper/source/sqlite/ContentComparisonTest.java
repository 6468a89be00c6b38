package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.backuphelper.source.TableDifference;
import dev.backuphelper.source.TableDifference.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ContentComparisonTest {
  @TempDir private Path folder;
  private Path backup;
  private Path live;

  @BeforeEach
  void prepare() {
    backup = folder.resolve("backup");
    live = folder.resolve("live");
  }

  private List<TableDifference> compare() throws IOException {
    return SqliteSource.of(live).compare(backup, live);
  }

  private void both(String... statements) {
    TestDatabase.run(backup, statements);
    TestDatabase.run(live, statements);
  }

  @Test
  void compare_ofEqualImages_isIdentical() throws IOException {
    TestDatabase.create(backup, JournalMode.DELETE);
    Files.copy(backup, live);

    assertThat(compare()).containsExactly(new TableDifference("t", Status.IDENTICAL, 1000L, 1000L));
    assertThat(TestDatabase.beside(backup)).isEmpty();
    assertThat(TestDatabase.beside(live)).isEmpty();
  }

  @Test
  void compare_afterVacuum_isIdentical() throws IOException {
    TestDatabase.run(
        backup,
        "CREATE TABLE t(a, b)",
        "CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 300)"
            + " INSERT INTO t SELECT i % 7, CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN i * 1.5"
            + " ELSE randomblob(50) END FROM r",
        "INSERT INTO w SELECT 'k' || rowid, b FROM t");
    Files.copy(backup, live);
    TestDatabase.run(
        live,
        "CREATE TABLE moved AS SELECT * FROM t ORDER BY b DESC",
        "DELETE FROM t",
        "INSERT INTO t SELECT * FROM moved",
        "DROP TABLE moved",
        "PRAGMA page_size=1024",
        "VACUUM");

    assertThat(ImageFile.sameContent(backup, live)).isFalse();
    assertThat(compare())
        .containsExactly(
            new TableDifference("t", Status.IDENTICAL, 300L, 300L),
            new TableDifference("w", Status.IDENTICAL, 300L, 300L));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = ';',
      value = {
        "1; 2",
        "1; 1.0",
        "1; '1'",
        "'a'; x'61'",
        "NULL; 0",
        "''; NULL",
        "''; x''",
        "1.5; 1.25",
        "x'00'; x'0000'",
        "CAST(x'ff' AS TEXT); CAST(x'fe' AS TEXT)",
        "'a' || char(0); 'a'"
      })
  void compare_ofTwoValues_isDifferent(String one, String other) throws IOException {
    TestDatabase.run(backup, "CREATE TABLE t(a)", "INSERT INTO t VALUES (" + one + ")");
    TestDatabase.run(live, "CREATE TABLE t(a)", "INSERT INTO t VALUES (" + other + ")");

    assertThat(compare()).containsExactly(new TableDifference("t", Status.DIFFERENT, 1L, 1L));
  }

  @Test
  void compare_countsHowOftenARowIsThere() throws IOException {
    both("CREATE TABLE t(a)");
    TestDatabase.run(backup, "INSERT INTO t VALUES (1), (1), (2), (2)");
    TestDatabase.run(live, "INSERT INTO t VALUES (1), (1), (1), (2)");

    assertThat(compare()).containsExactly(new TableDifference("t", Status.DIFFERENT, 4L, 4L));
  }

  @Test
  void compare_doesNotMixUpColumns() throws IOException {
    both("CREATE TABLE t(a, b)");
    TestDatabase.run(backup, "INSERT INTO t VALUES ('ab', 'c')");
    TestDatabase.run(live, "INSERT INTO t VALUES ('a', 'bc')");

    assertThat(compare()).containsExactly(new TableDifference("t", Status.DIFFERENT, 1L, 1L));
  }

  @Test
  void compare_tellsWhereTablesAre() throws IOException {
    TestDatabase.run(backup, "CREATE TABLE gone(a)", "CREATE TABLE same(a)", "CREATE TABLE x(a)");
    TestDatabase.run(live, "CREATE TABLE fresh(a)", "CREATE TABLE same(a)", "CREATE TABLE x(a, b)");

    assertThat(compare())
        .containsExactly(
            new TableDifference("fresh", Status.ONLY_LIVE, null, 0L),
            new TableDifference("gone", Status.ONLY_IN_BACKUP, 0L, null),
            new TableDifference("same", Status.IDENTICAL, 0L, 0L),
            new TableDifference("x", Status.DIFFERENT, 0L, 0L));
  }

  @Test
  void compare_tellsOtherDifferencesOfTheSchema() throws IOException {
    both("CREATE TABLE t(a)", "CREATE VIEW same AS SELECT 1", "CREATE VIEW v AS SELECT 1");
    TestDatabase.run(backup, "CREATE INDEX i ON t(a)", "PRAGMA user_version=1");
    TestDatabase.run(
        live,
        "DROP VIEW v",
        "CREATE VIEW v AS SELECT 2",
        "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END",
        "PRAGMA user_version=2");

    assertThat(compare())
        .containsExactly(
            new TableDifference("index i", Status.ONLY_IN_BACKUP, null, null),
            new TableDifference("pragma user_version", Status.DIFFERENT, null, null),
            new TableDifference("t", Status.IDENTICAL, 0L, 0L),
            new TableDifference("trigger tr", Status.ONLY_LIVE, null, null),
            new TableDifference("view v", Status.DIFFERENT, null, null));
  }

  @Test
  void compare_ofVirtualTables_looksIntoTheirContent() throws IOException {
    both("CREATE VIRTUAL TABLE f USING fts5(x)");
    TestDatabase.run(backup, "INSERT INTO f VALUES ('hello')");
    TestDatabase.run(live, "INSERT INTO f VALUES ('world')");

    assertThat(compare())
        .contains(
            new TableDifference("f", Status.IDENTICAL, null, null),
            new TableDifference("f_content", Status.DIFFERENT, 1L, 1L));
  }

  @Test
  void compare_ofGeneratedColumns_looksAtTheOthers() throws IOException {
    both("CREATE TABLE t(a, b AS (a + 1) STORED, c AS (a + 2))", "INSERT INTO t VALUES (1)");
    TestDatabase.run(live, "PRAGMA user_version=3");

    assertThat(compare()).contains(new TableDifference("t", Status.IDENTICAL, 1L, 1L));
  }

  @Test
  void compare_ofWhatCannotBeRead_isDifferent() throws IOException {
    both("CREATE TABLE t(a)", "CREATE TABLE u(id INTEGER PRIMARY KEY, b)");
    for (Path file : List.of(backup, live)) {
      TestDatabase.run(
          file,
          "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 500)"
              + " INSERT INTO u SELECT i, zeroblob(100) FROM r");
      TestDatabase.overwriteRandomly(file, 4 * 4096, 4096, 1);
    }
    TestDatabase.overwriteRandomly(live, 5 * 4096, 4096, 2);

    assertThat(compare())
        .contains(
            new TableDifference("t", Status.IDENTICAL, 0L, 0L),
            new TableDifference("u", Status.DIFFERENT, null, null));
  }

  @Test
  void compare_ofNoDatabase_fails() throws IOException {
    Files.writeString(
        backup, "no database at all, but some text that is long enough to be read ".repeat(3));
    TestDatabase.create(live, JournalMode.DELETE);

    assertThatIOException().isThrownBy(this::compare).withMessageContaining("encrypted");
  }
}
