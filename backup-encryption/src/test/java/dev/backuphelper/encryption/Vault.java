package dev.backuphelper.encryption;

import dev.backuphelper.BackupHelper;
import dev.backuphelper.codec.Encryption;
import dev.backuphelper.source.sqlite.SqliteSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/**
 * A database with something secret in it, and a store.
 *
 * @param folder holds both
 */
record Vault(Path folder) {
  /** What nobody may find in the store. */
  static final String SECRET = "the-treasure-is-under-the-old-oak";

  static Vault in(Path folder) throws SQLException {
    Vault vault = new Vault(folder);
    vault.run("create table hiding_places(place text)");
    vault.put(SECRET);
    vault.run(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)"
            + " insert into hiding_places select '"
            + SECRET
            + "' || hex(randomblob(50)) from n");
    return vault;
  }

  Path database() {
    return folder.resolve("app.db");
  }

  Path store() {
    return folder.resolve("backups");
  }

  BackupHelper with(Encryption keys) {
    return builder().encryption(keys).build();
  }

  BackupHelper withoutKeys() {
    return builder().build();
  }

  BackupHelper.Builder builder() {
    return BackupHelper.builder().source(SqliteSource.of(database())).directory(store());
  }

  void put(String place) throws SQLException {
    run("insert into hiding_places values('" + place + "')");
  }

  private void run(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  long rows() throws SQLException {
    return rows(database());
  }

  static long rows(Path database) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select count(*) from hiding_places")) {
      return result.getLong(1);
    }
  }

  Path file(String prefix) throws IOException {
    return files().stream()
        .filter(file -> file.getFileName().toString().startsWith(prefix))
        .filter(file -> !file.getFileName().toString().endsWith(".sha256"))
        .findFirst()
        .orElseThrow();
  }

  List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(store())) {
      return files.sorted().toList();
    }
  }

  /** Tells whether a text stands somewhere in the files of the store. */
  boolean tells(String text) throws IOException {
    for (Path file : files()) {
      if (Files.isRegularFile(file)
          && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
        return true;
      }
    }
    return false;
  }
}
