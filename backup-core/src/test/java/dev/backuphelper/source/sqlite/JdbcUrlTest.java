package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JdbcUrlTest {
  @ParameterizedTest
  @CsvSource({
    "jdbc:sqlite:app.db, app.db",
    "JDBC:SQLITE:app.db, app.db",
    "jdbc:sqlite:/var/lib/app.db, /var/lib/app.db",
    "jdbc:sqlite:app.db?journal_mode=WAL&busy_timeout=5, app.db",
    "jdbc:sqlite:file:app.db, app.db",
    "jdbc:sqlite:file:app.db?cache=shared&mode=ro, app.db",
    "jdbc:sqlite:file:/var/a%20b%3f.db?mode=rw, /var/a b?.db",
    "jdbc:sqlite:file:///var/app.db, /var/app.db",
    "jdbc:sqlite:file://localhost/var/app.db, /var/app.db",
    "jdbc:sqlite:file:///C:/data/app.db, C:/data/app.db",
    "jdbc:sqlite:file:app.db#part, app.db",
    "jdbc:sqlite:file:100%, 100%"
  })
  void file_ofUrl_isThePathTheDriverOpens(String url, String path) {
    assumeThat(File.separatorChar).as("Windows allows fewer names").isEqualTo('/');
    assertThat(JdbcUrl.file(url)).isEqualTo(Path.of(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:sqlite:",
        "jdbc:sqlite::memory:",
        "jdbc:sqlite:?cache=shared",
        "jdbc:sqlite:file::memory:?cache=shared",
        "jdbc:sqlite:file:shared?mode=memory&cache=shared"
      })
  void file_ofMemory_isRefused(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcUrl.file(url))
        .withMessageStartingWith("a database in memory has no file to back up: jdbc:sqlite:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:h2:app.db",
        "app.db",
        "jdbc:sqlite::resource:app.db",
        "jdbc:sqlite:file://host/app.db",
        "jdbc:sqlite:file:?mode=ro",
        "jdbc:sqlite:file://host"
      })
  void file_ofNoFile_isRefused(String url) {
    assertThatIllegalArgumentException().isThrownBy(() -> JdbcUrl.file(url));
  }

  @Test
  void file_withParameterTheDriverPutsIntoTheName_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcUrl.file("jdbc:sqlite:/data/app.db?immutable=1"))
        .withMessageContaining("\"immutable\" as part of the file name");
  }

  @Test
  void file_withPassword_isNotInTheMessage() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcUrl.file("jdbc:h2:app.db?password=secret"))
        .withMessage("not a jdbc:sqlite: url: jdbc:h2:app.db");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a b.db", "q?m.db", "100%.db", "h#sh.db", "it's.db", "\"q\".db", "ü€😀.db"})
  void uri_ofAnyName_opensThatFile(String name, @TempDir Path folder) throws SQLException {
    assumeThat(File.separatorChar).as("Windows allows fewer names").isEqualTo('/');
    Path file = TestDatabase.create(folder.resolve(name), JournalMode.DELETE);

    try (Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + SqliteUri.of(file, "mode=ro"))) {
      assertThat(TestDatabase.ask(connection, TestDatabase.CONTENT)).isEqualTo("1000 old");
    }
    assertThat(JdbcUrl.file("jdbc:sqlite:" + SqliteUri.of(file, "mode=ro"))).isEqualTo(file);
    assertThat(folder).isDirectoryNotContaining(found -> !found.equals(file));
  }
}
