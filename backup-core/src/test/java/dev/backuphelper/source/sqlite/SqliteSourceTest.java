package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backuphelper.error.RefusedException;
import dev.backuphelper.model.CheckLevel;
import dev.backuphelper.source.Snapshot;
import dev.backuphelper.source.SourceUnreadableException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;

class SqliteSourceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @TempDir private Path folder;

  private static SQLiteDataSource dataSource(String url) {
    SQLiteDataSource dataSource = new SQLiteDataSource();
    dataSource.setUrl(url);
    return dataSource;
  }

  @Test
  void location_ofPath_isReal() throws IOException {
    Path file = TestDatabase.create(folder.resolve("app.db"), JournalMode.WAL);

    assertThat(SqliteSource.of(folder.resolve("x/../app.db").normalize()).location())
        .isEqualTo(file.toRealPath());
  }

  @Test
  void location_ofLink_isItsEnd() throws IOException {
    Path file = TestDatabase.create(folder.resolve("app.db"), JournalMode.WAL);
    Path link = Files.createSymbolicLink(folder.resolve("link.db"), file);

    assertThat(SqliteSource.of(link).location()).isEqualTo(file.toRealPath());
  }

  @Test
  void location_missing_isNoSuchFile() {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> SqliteSource.of(folder.resolve("none.db")).location());
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void location_ofFolder_isUnreadable() throws IOException {
    Path sub = Files.createDirectory(folder.resolve("sub.db"));

    assertThatExceptionOfType(SourceUnreadableException.class)
        .isThrownBy(() -> SqliteSource.of(sub).location())
        .withMessage(sub.toRealPath() + " is a folder, not a database");
  }

  @Test
  void location_ofEmptyFile_isUnreadable() throws IOException {
    Path file = Files.createFile(folder.resolve("app.db"));

    assertThatExceptionOfType(SourceUnreadableException.class)
        .isThrownBy(() -> SqliteSource.of(file).location())
        .withMessage(file.toRealPath() + " is empty (0 bytes)");
  }

  @Test
  void location_ofDevice_isUnreadable() {
    assumeThat(Path.of("/dev/null")).exists();

    assertThatExceptionOfType(SourceUnreadableException.class)
        .isThrownBy(() -> SqliteSource.of(Path.of("/dev/null")).location())
        .withMessageContaining("no regular file");
  }

  @Test
  void location_withoutPermission_isDenied() throws IOException {
    Path file = TestDatabase.create(folder.resolve("app.db"), JournalMode.DELETE);
    assumeThat(Modes.bindUs(folder)).as("modes bind this process").isTrue();
    Modes.set(file, "---------");

    assertThatExceptionOfType(AccessDeniedException.class)
        .isThrownBy(() -> SqliteSource.of(file).location());
  }

  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Java does not tell of hard links there")
  @Test
  void location_withHardLinks_isRefused() throws IOException {
    Path file = TestDatabase.create(folder.resolve("app.db"), JournalMode.DELETE);
    assumeThat(file.getFileSystem().supportedFileAttributeViews()).contains("unix");
    Files.createLink(folder.resolve("other.db"), file);

    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> SqliteSource.of(file).location())
        .withMessage(
            file.toRealPath() + " has 2 hard links, each of which may have a log of its own")
        .satisfies(e -> assertThat(e.hint()).isPresent());
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> SqliteSource.of(file).target());
  }

  @Test
  void of_url_findsTheFile() throws IOException {
    Path file = TestDatabase.create(folder.resolve("a b.db"), JournalMode.DELETE);

    assertThat(SqliteSource.of("jdbc:sqlite:" + file).location()).isEqualTo(file.toRealPath());
    assertThat(SqliteSource.of("jdbc:sqlite:" + SqliteUri.of(file, "cache=shared")).location())
        .isEqualTo(file.toRealPath());
  }

  @Test
  void of_dataSource_isAskedOnceAndLate() throws IOException {
    Path file = TestDatabase.create(folder.resolve("app.db"), JournalMode.WAL);
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger open = new AtomicInteger();
    SqliteSource source = SqliteSource.of(withoutUrl(new PoolOfOne(file, asked, open)));

    assertThat(asked).hasValue(0);
    assertThat(source.location()).isEqualTo(file.toRealPath());
    try (Snapshot snapshot = source.open(PATIENCE)) {
      assertThat(open).hasValue(0);
      assertThat(snapshot.size()).isPositive();
    }
    assertThat(asked).hasValue(1);
  }

  /** A connection may change the database: it rolls back what a process that died left. */
  @Test
  void of_dataSourceThatTellsItsUrl_isAskedForNoConnection() throws IOException {
    Path file = TestDatabase.create(folder.resolve("app.db"), JournalMode.WAL);
    AtomicInteger asked = new AtomicInteger();
    SqliteSource source = SqliteSource.of(new PoolOfOne(file, asked, new AtomicInteger()));

    assertThat(source.location()).isEqualTo(file.toRealPath());
    assertThat(asked).hasValue(0);
  }

  private static DataSource withoutUrl(DataSource dataSource) {
    return (DataSource)
        Proxy.newProxyInstance(
            SqliteSourceTest.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              try {
                return method.invoke(dataSource, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void of_dataSourceInMemory_isRefused() {
    assertThatIOException()
        .isThrownBy(() -> SqliteSource.of(dataSource("jdbc:sqlite::memory:")).location())
        .withMessage("the data source is a database in memory, which has no file to back up");
  }

  @Test
  void of_dataSourceThatFails_saysSo() {
    SQLiteDataSource broken =
        dataSource("jdbc:sqlite:" + SqliteUri.of(folder.resolve("none.db"), "mode=ro"));

    assertThatIOException()
        .isThrownBy(() -> SqliteSource.of(withoutUrl(broken)).location())
        .withMessageStartingWith("the data source gave no SQLite connection: ");
  }

  @Test
  void location_ofDataSourceThatFails_keepsWhatItSaysToItself() {
    SQLiteDataSource telling =
        new SQLiteDataSource() {
          @Override
          public SQLiteConnection getConnection(String user, String password) throws SQLException {
            throw new SQLException("no such host: jdbc:x://h/?key=topsecret", "08001", 7);
          }
        };

    assertThatIOException()
        .isThrownBy(() -> SqliteSource.of(telling).location())
        .withMessage(
            "the data source gave no SQLite connection: SQLException (SQL state 08001, code 7)")
        .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("topsecret"));
  }

  private static String stackTrace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void glob_sortsAndLeavesCompanionsOut() throws IOException {
    for (String name : List.of("b.db", "a.db", "a.db-wal", "a.db-shm", "a.db-journal", "c.txt")) {
      Files.writeString(folder.resolve(name), "no database");
    }
    Files.writeString(folder.resolve("a.db.backup-lock"), "x");
    Files.writeString(folder.resolve("a.db.backup-open.json"), "x");
    for (String left : List.of("broken-ID", "broken-ID-wal", "backup-new-ID", "backup-plan-ID")) {
      Files.writeString(folder.resolve("a.db." + left.replace("ID", "20261120-070212-345")), "x");
    }
    Files.createDirectory(folder.resolve("d.db"));
    Path deep = Files.createDirectory(folder.resolve("deep"));
    Files.writeString(deep.resolve("e.db"), "x");

    assertThat(names(folder + "/*.db")).containsExactly("a.db", "b.db");
    assertThat(names(folder + "/a*")).containsExactly("a.db");
    assertThat(names(folder + "/**.db")).containsExactly("a.db", "b.db", "e.db");
    assertThat(names(folder + "/*/*.db")).containsExactly("e.db");
    assertThat(names(folder + "/{b,c}.*")).containsExactly("b.db", "c.txt");
    assertThat(names(folder + "/a.db")).containsExactly("a.db");
  }

  private static List<String> names(String pattern) throws IOException {
    List<String> names = new ArrayList<>();
    for (SqliteSource source : SqliteSource.glob(pattern)) {
      names.add(String.valueOf(source.location().getFileName()));
    }
    return names;
  }

  @Test
  void glob_followsLinksThatItNames() throws IOException {
    Path deep = Files.createDirectory(folder.resolve("deep"));
    Files.writeString(deep.resolve("a.db"), "no database");
    Files.createSymbolicLink(folder.resolve("link"), deep);

    assertThat(names(folder + "/link/*.db")).containsExactly("a.db");
    assertThat(names(folder + "/li*/*.db")).containsExactly("a.db");
    assertThat(names(folder + "/**.db")).containsExactly("a.db");
  }

  @Test
  void glob_withoutMatch_isNoSuchFile() {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> SqliteSource.glob(folder + "/*.db"))
        .withMessage(folder + "/*.db: no database matches");
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> SqliteSource.glob(folder + "/none/*.db"));
  }

  @Test
  void glob_relative_startsAtTheWorkingDirectory() throws IOException {
    assertThat(SqliteSource.glob("pom.xm?"))
        .singleElement()
        .satisfies(
            found -> assertThat(found.location()).isEqualTo(Path.of("pom.xml").toRealPath()));
  }

  @Test
  void onConnect_isCalledForLiveDatabasesAndImages() throws IOException {
    Path file = TestDatabase.create(folder.resolve("app.db"), JournalMode.DELETE);
    List<String> opened = new ArrayList<>();
    SqliteSource source =
        SqliteSource.builder(file)
            .onConnect(connection -> opened.add(connection.getMetaData().getURL()))
            .build();

    try (Snapshot snapshot = source.open(PATIENCE)) {
      assertThat(snapshot.engineVersion()).isNotEmpty();
    }
    assertThat(opened).isNotEmpty();
    opened.clear();
    source.inspect(file, CheckLevel.QUICK);
    assertThat(opened).isNotEmpty();
    opened.clear();
    source.at(file).open(PATIENCE).close();
    assertThat(opened).isNotEmpty();
  }

  @Test
  void onConnect_thatFails_failsWhatItWasOpenedFor() throws IOException {
    Path file = TestDatabase.create(folder.resolve("app.db"), JournalMode.DELETE);
    SqliteSource source =
        SqliteSource.builder(file)
            .onConnect(
                connection -> {
                  throw new SQLException("no such extension");
                })
            .build();

    assertThatIOException()
        .isThrownBy(() -> source.open(PATIENCE))
        .withMessageContaining("no such extension");
  }

  @Test
  void connections_areSetForUntrustedInput() throws IOException {
    Path file = TestDatabase.create(folder.resolve("app.db"), JournalMode.DELETE);
    List<String> settings = new ArrayList<>();
    SqliteSource source =
        SqliteSource.builder(file)
            .onConnect(
                connection -> {
                  for (String pragma : List.of("trusted_schema", "cell_size_check")) {
                    settings.add(TestDatabase.ask(connection, "PRAGMA " + pragma));
                  }
                  settings.add(loadExtension(connection));
                })
            .build();

    source.inspect(file, CheckLevel.NONE);

    assertThat(settings.subList(0, 3)).containsExactly("0", "1", "not authorized");
  }

  private static String loadExtension(Connection connection) {
    try {
      Query.run(connection, "SELECT load_extension('none')");
      return "loaded";
    } catch (SQLException e) {
      return SqliteFailure.message(e);
    }
  }

  @Test
  void declaredSize_isThatOfTheHeader() throws IOException {
    Path file = TestDatabase.create(folder.resolve("app.db"), JournalMode.DELETE, 512, 100, "old");
    byte[] head = new byte[100];
    System.arraycopy(Files.readAllBytes(file), 0, head, 0, head.length);
    SqliteSource source = SqliteSource.of(file);

    assertThat(source.declaredSize(head)).hasValue(Files.size(file));
    assertThatThrownBy(() -> source.declaredSize(new byte[100]))
        .isInstanceOf(SourceUnreadableException.class);
    assertThatThrownBy(() -> source.declaredSize(new byte[3]))
        .isInstanceOf(SourceUnreadableException.class);
    head[24]++;
    assertThat(source.declaredSize(head)).as("an old program wrote last").isEmpty();
  }
}
