package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.backuphelper.model.Check;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.model.CheckStatus;
import dev.backuphelper.source.Inspection;
import dev.backuphelper.source.sqlite.SqliteSource.ConnectionHook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.Collation;
import org.sqlite.Function;

@Timeout(60)
class ImageInspectorTest {
  private static final int INNOCUOUS = 0x200000;

  @TempDir private Path folder;
  private Path image;

  @BeforeEach
  void prepare() {
    image = folder.resolve("image");
  }

  @AfterEach
  void nothingIsLeftBeside() {
    assertThat(TestDatabase.beside(image)).isEmpty();
  }

  private Inspection inspect(CheckLevel level) throws IOException {
    return SqliteSource.of(image).inspect(image, level);
  }

  private Check check(CheckLevel level, String name) throws IOException {
    return inspect(level).checks().stream()
        .filter(check -> check.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<Object> tables(Inspection inspection) {
    List<Object> found = new ArrayList<>();
    for (Object table : (List<?>) inspection.facts().get("tables")) {
      found.add(((Map<?, ?>) table).get("name") + "=" + ((Map<?, ?>) table).get("rows"));
    }
    return found;
  }

  @Test
  void inspect_ofSoundImage_isOkAndTellsFacts() throws IOException {
    TestDatabase.create(image, JournalMode.DELETE, 1024, 100, "old");
    TestDatabase.run(
        image,
        "PRAGMA user_version=-7",
        "PRAGMA application_id=-2",
        "CREATE TABLE \"odd \"\"name\"\"\"(x)",
        "CREATE TABLE w(k PRIMARY KEY) WITHOUT ROWID",
        "INSERT INTO w VALUES (1), (2)");

    Inspection inspection = inspect(CheckLevel.QUICK);

    assertThat(inspection.damaged()).isFalse();
    assertThat(inspection.checks()).containsExactly(Check.ok("quick_check"));
    assertThat(inspection.facts())
        .containsEntry("page_size", 1024L)
        .containsEntry("page_count", Files.size(image) / 1024)
        .containsEntry("user_version", -7L)
        .containsEntry("application_id", 4294967294L);
    assertThat(tables(inspection)).containsExactly("odd \"name\"=0", "t=100", "w=2");
  }

  @Test
  void inspect_full_checksIndexesAndForeignKeys() throws IOException {
    TestDatabase.create(image, JournalMode.DELETE);

    assertThat(inspect(CheckLevel.FULL).checks())
        .containsExactly(Check.ok("integrity_check"), Check.ok("foreign_key_check"));
  }

  @Test
  void inspect_none_collectsFactsAlone() throws IOException {
    TestDatabase.create(image, JournalMode.DELETE);

    Inspection inspection = inspect(CheckLevel.NONE);

    assertThat(inspection.checks()).isEmpty();
    assertThat(tables(inspection)).containsExactly("t=1000");
  }

  @Test
  void inspect_ofWalImage_leavesNothingBeside() throws IOException {
    TestDatabase.create(image, JournalMode.WAL);

    assertThat(inspect(CheckLevel.FULL).damaged()).isFalse();
  }

  @Test
  void inspect_withBrokenForeignKeys_warns() throws IOException {
    TestDatabase.run(
        image,
        "CREATE TABLE p(id INTEGER PRIMARY KEY)",
        "CREATE TABLE c(p REFERENCES p)",
        "INSERT INTO c VALUES (1), (2)");

    assertThat(check(CheckLevel.FULL, "foreign_key_check"))
        .isEqualTo(
            new Check("foreign_key_check", CheckStatus.WARNING, "2 broken foreign keys, in c"));
    assertThat(inspect(CheckLevel.FULL).damaged()).isFalse();
  }

  @Test
  void inspect_withoutTables_warns() throws IOException {
    TestDatabase.run(image, "PRAGMA user_version=1");

    assertThat(check(CheckLevel.QUICK, "tables"))
        .isEqualTo(new Check("tables", CheckStatus.WARNING, "no tables"));
  }

  @Test
  void inspect_ofEmptyFile_fails() throws IOException {
    Files.createFile(image);

    assertThat(check(CheckLevel.NONE, "header"))
        .isEqualTo(Check.failed("header", "the file is empty (0 bytes)"));
  }

  @Test
  void inspect_ofForeignFormat_failsWithoutCallingItDamaged() throws IOException {
    Files.createFile(image);
    TestDatabase.overwriteRandomly(image, 0, 8192, 5);

    assertThat(check(CheckLevel.QUICK, "header").detail())
        .isEqualTo(
            "the file is in a format that SQLite does not know: encrypted, or no database at all");
  }

  @Test
  void inspect_missing_fails() {
    assertThatIOException().isThrownBy(() -> inspect(CheckLevel.QUICK));
    assertThat(image).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource(CheckLevel.class)
  void inspect_ofTruncated_failsOnAnyLevel(CheckLevel level) throws IOException {
    TestDatabase.create(image, JournalMode.DELETE);
    long size = Files.size(image);

    TestDatabase.truncate(image, size - 4096);
    assertThat(check(level, "header").detail())
        .isEqualTo("the file is truncated: " + (size - 4096) + " bytes instead of " + size);
    TestDatabase.truncate(image, size - 5000);
    assertThat(inspect(level).damaged()).isTrue();
    TestDatabase.truncate(image, 99);
    assertThat(inspect(level).damaged()).isTrue();
  }

  @Test
  void inspect_ofOldProgramsFile_measuresPages() throws IOException {
    TestDatabase.create(image, JournalMode.DELETE);
    long pages = Files.size(image) / 4096;
    TestDatabase.overwrite(image, 92, new byte[] {9, 9, 9, 9});

    assertThat(inspect(CheckLevel.QUICK).damaged()).isFalse();
    assertThat(inspect(CheckLevel.QUICK).facts()).containsEntry("page_count", pages);
    TestDatabase.truncate(image, pages * 4096 - 1);
    assertThat(check(CheckLevel.QUICK, "header").detail()).endsWith("a multiple of 4096");
  }

  @Test
  void inspect_ofFileThatGoesOn_warns() throws IOException {
    TestDatabase.create(image, JournalMode.DELETE);
    Files.write(image, new byte[4096], StandardOpenOption.APPEND);

    assertThat(check(CheckLevel.QUICK, "header").status()).isEqualTo(CheckStatus.WARNING);
    assertThat(inspect(CheckLevel.QUICK).damaged()).isFalse();
  }

  @Test
  void inspect_ofZeroedPage_fails() throws IOException {
    TestDatabase.create(image, JournalMode.DELETE);
    TestDatabase.overwrite(image, 3 * 4096, new byte[4096]);

    Check check = check(CheckLevel.QUICK, "quick_check");

    assertThat(check.status()).isEqualTo(CheckStatus.FAILED);
    assertThat(check.detail()).isNotEmpty();
    assertThat(check.detail().lines().count()).isLessThanOrEqualTo(10);
  }

  @Test
  void inspect_ofDamagedSchema_failsAndTellsTheHeader() throws IOException {
    TestDatabase.create(image, JournalMode.DELETE);
    TestDatabase.overwriteRandomly(image, 100, 3996, 5);

    Inspection inspection = inspect(CheckLevel.FULL);

    assertThat(inspection.damaged()).isTrue();
    assertThat(inspection.facts()).containsEntry("page_size", 4096L).containsKey("tables");
  }

  @Test
  void inspect_ofWrongIndex_failsWhenFull() throws IOException {
    TestDatabase.run(
        image,
        "CREATE TABLE t(a)",
        "CREATE INDEX i ON t(a)",
        "INSERT INTO t VALUES ('aaaa'), ('bbbb')");
    byte[] bytes = Files.readAllBytes(image);
    int at = lastIndexOf(bytes, "aaaa");
    TestDatabase.overwrite(image, at, new byte[] {'z'});

    assertThat(check(CheckLevel.FULL, "integrity_check").status()).isEqualTo(CheckStatus.FAILED);
  }

  private static int lastIndexOf(byte[] bytes, String text) {
    for (int at = bytes.length - text.length(); at >= 0; at--) {
      if (new String(bytes, at, text.length(), java.nio.charset.StandardCharsets.ISO_8859_1)
          .equals(text)) {
        return at;
      }
    }
    return -1;
  }

  @ParameterizedTest
  @EnumSource(
      value = CheckLevel.class,
      names = {"QUICK", "FULL"})
  void inspect_withUnknownFunctionInCheck_isLimited(CheckLevel level) throws Exception {
    createWith("CREATE TABLE t(a CHECK (my_check(a)))", "INSERT INTO t VALUES (5)");

    assertLimited(level, "my_check");
  }

  @Test
  void inspect_withUnknownFunctionInIndex_isLimited() throws Exception {
    createWith("CREATE TABLE t(a)", "CREATE INDEX i ON t(my_check(a))", "INSERT INTO t VALUES (5)");

    assertLimited(CheckLevel.FULL, "my_check");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE t(a TEXT COLLATE mine PRIMARY KEY)",
        "CREATE TABLE t(a TEXT COLLATE mine PRIMARY KEY) WITHOUT ROWID"
      })
  void inspect_withUnknownCollation_isLimited(String table) throws Exception {
    createWith(table, "INSERT INTO t VALUES ('x'), ('y')", "CREATE TABLE other(x)");

    assertLimited(CheckLevel.QUICK, "no such collation sequence: mine");
    assertLimited(CheckLevel.FULL, "no such collation sequence: mine");
  }

  /** What something is called must not make damage look like a limit. */
  @ParameterizedTest
  @ValueSource(strings = {"plain", "no such function x", "x) - no such function y"})
  void inspect_withDamageOfWhatIsCalledLikeALimit_isFailed(String name) throws Exception {
    createWith(
        "CREATE TABLE t(a)",
        "CREATE INDEX \"%s\" ON t(a)".formatted(name),
        "INSERT INTO t VALUES (5)",
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET rootpage = 999999 WHERE type = 'index'");

    assertThat(check(CheckLevel.QUICK, "quick_check").status()).isEqualTo(CheckStatus.FAILED);
  }

  @Test
  void inspect_withUnknownCollation_stillFindsDamageElsewhere() throws Exception {
    createWith(
        "CREATE TABLE c(a TEXT COLLATE mine PRIMARY KEY)",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, b)",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 500)"
            + " INSERT INTO t SELECT i, randomblob(100) FROM r");
    TestDatabase.overwrite(image, Files.size(image) - 4096, new byte[4096]);

    assertThat(check(CheckLevel.QUICK, "quick_check").status()).isEqualTo(CheckStatus.FAILED);
  }

  @Test
  void inspect_withUnknownModule_isLimited() throws Exception {
    createWith(
        "CREATE TABLE t(a)",
        "PRAGMA writable_schema=ON",
        "INSERT INTO sqlite_schema VALUES"
            + " ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING no_module(x)')");

    assertLimited(CheckLevel.QUICK, "no such module: no_module");
    assertThat(tables(inspect(CheckLevel.QUICK))).containsExactly("t=0", "v=null");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fts4", "fts5"})
  void inspect_withUnknownTokenizer_isLimited(String module) throws Exception {
    createWith(
        "CREATE VIRTUAL TABLE f USING " + module + "(x)",
        "INSERT INTO f VALUES ('hello world')",
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_schema SET sql ="
            + " 'CREATE VIRTUAL TABLE f USING "
            + module
            + "(x, tokenize=mine)' WHERE name = 'f'");

    assertLimited(CheckLevel.QUICK, "f");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fts4", "fts5", "rtree"})
  void inspect_ofKnownModule_isOkAndListsOneTable(String module) throws Exception {
    createWith("CREATE VIRTUAL TABLE f USING " + module + "(x, y, z)");

    Inspection inspection = inspect(CheckLevel.FULL);

    assertThat(inspection.checks()).allMatch(check -> check.status() == CheckStatus.OK);
    assertThat(tables(inspection)).containsExactly("f=null");
  }

  @Test
  void inspect_withRegisteredNames_isOk() throws Exception {
    createWith(
        "CREATE TABLE t(a COLLATE mine CHECK (my_check(a)))",
        "CREATE INDEX i ON t(my_check(a))",
        "INSERT INTO t VALUES (5)");

    assertThat(inspectWith(connection -> register(connection, INNOCUOUS)))
        .allMatch(check -> check.status() == CheckStatus.OK);
  }

  @Test
  void inspect_withFunctionThatIsNotInnocuous_isLimited() throws Exception {
    createWith("CREATE TABLE t(a)", "CREATE INDEX i ON t(my_check(a))", "INSERT INTO t VALUES (5)");

    assertThat(inspectWith(connection -> register(connection, 0)))
        .first()
        .satisfies(
            check -> {
              assertThat(check.status()).isEqualTo(CheckStatus.LIMITED);
              assertThat(check.detail()).contains("unsafe use of my_check()");
            });
  }

  @Test
  void inspect_withHookThatNeedsItsTables_looksAtTheRest() throws Exception {
    createWith("CREATE TABLE t(a CHECK (a > 0))", "INSERT INTO t VALUES (5)");

    assertThat(inspectWith(connection -> Query.run(connection, "SELECT a FROM t")))
        .allMatch(check -> check.status() == CheckStatus.OK);
  }

  private List<Check> inspectWith(ConnectionHook hook) throws IOException {
    return SqliteSource.builder(image)
        .onConnect(hook)
        .build()
        .inspect(image, CheckLevel.FULL)
        .checks();
  }

  private void createWith(String... statements) throws SQLException {
    try (Connection connection = TestDatabase.open(image)) {
      register(connection, 0);
      TestDatabase.run(connection, statements);
    }
  }

  private static void register(Connection connection, int flags) throws SQLException {
    Function.create(
        connection,
        "my_check",
        new Function() {
          @Override
          protected void xFunc() throws SQLException {
            result(1);
          }
        },
        1,
        Function.FLAG_DETERMINISTIC | flags);
    Collation.create(
        connection,
        "mine",
        new Collation() {
          @Override
          protected int xCompare(String one, String other) {
            return other.compareTo(one);
          }
        });
  }

  private void assertLimited(CheckLevel level, String reason) throws IOException {
    Inspection inspection = inspect(level);
    assertThat(inspection.damaged()).as(inspection.toString()).isFalse();
    assertThat(inspection.checks())
        .first()
        .satisfies(
            check -> {
              assertThat(check.status()).as(check.toString()).isEqualTo(CheckStatus.LIMITED);
              assertThat(check.detail()).contains(reason);
            });
  }

  @Test
  void inspect_ofFlippedBytes_neverBreaks() throws IOException {
    long seed = 20261120;
    Random random = new Random(seed);
    TestDatabase.create(image, JournalMode.DELETE, 512, 60, "old");
    byte[] sound = Files.readAllBytes(image);
    Path original = Files.write(folder.resolve("original"), sound);
    int seen = 0;
    for (int round = 0; round < 300; round++) {
      byte[] flipped = Arrays.copyOf(sound, sound.length);
      int at = round < 100 ? round : random.nextInt(sound.length);
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(image, flipped);

      seen += inspect(CheckLevel.FULL).damaged() ? 1 : 0;
      boolean excused = at == 18 || at == 19 || (at >= 24 && at < 28) || (at >= 40 && at < 44);
      assertThat(ImageFile.sameContent(image, original))
          .as("seed %d, byte %d", seed, at)
          .isEqualTo(excused || (at >= 92 && at < 100));
    }
    assertThat(seen).as("flips that SQLite sees, seed %d", seed).isPositive();
  }
}
