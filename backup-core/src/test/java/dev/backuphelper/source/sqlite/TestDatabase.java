package dev.backuphelper.source.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Real database files for tests, and what can be seen of them. */
final class TestDatabase {
  private TestDatabase() {}

  /** Makes a database with a table {@code t(id, tag, body)}. */
  static Path create(Path file, JournalMode mode, int pageSize, int rows, String tag) {
    run(
        file,
        "PRAGMA page_size=" + pageSize,
        "PRAGMA journal_mode=" + mode.key(),
        "CREATE TABLE t(id INTEGER PRIMARY KEY, tag TEXT, body BLOB)",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < "
            + rows
            + ") INSERT INTO t SELECT i, '"
            + tag
            + "', randomblob(200) FROM r",
        "CREATE INDEX t_tag ON t(tag)");
    return file;
  }

  static Path create(Path file, JournalMode mode) {
    return create(file, mode, 4096, 1000, "old");
  }

  /** Opens a connection as an application does. */
  static Connection open(Path file) {
    try {
      return DriverManager.getConnection("jdbc:sqlite:" + SqliteUri.of(file, "mode=rwc"));
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  static void run(Path file, String... statements) {
    try (Connection connection = open(file)) {
      run(connection, statements);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  static void run(Connection connection, String... statements) {
    for (String sql : statements) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      } catch (SQLException e) {
        throw new AssertionError(sql, e);
      }
    }
  }

  /** Returns the first column of the first row as text. */
  static String ask(Connection connection, String sql) {
    return String.join("|", askAll(connection, sql));
  }

  static List<String> askAll(Connection connection, String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  static String ask(Path file, String sql) {
    try (Connection connection = open(file)) {
      return ask(connection, sql);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the number of rows and the tags of {@code t}, such as {@code 1000 old}. */
  static String content(Path file) {
    return ask(file, CONTENT);
  }

  /** The statement behind {@link #content}. */
  static final String CONTENT =
      "SELECT count(*) || ' '"
          + " || (SELECT group_concat(tag) FROM (SELECT DISTINCT tag FROM t ORDER BY tag)) FROM t";

  static String journalMode(Path file) {
    return ask(file, "PRAGMA journal_mode");
  }

  /**
   * Copies a database with its sidecars, as they are found after the process that wrote them died.
   */
  static void copyAsLeftByCrash(Path from, Path to) throws IOException {
    Files.copy(from, to);
    for (String suffix : List.of("-wal", "-journal")) {
      Path sidecar = DatabaseFile.sidecar(from, suffix);
      if (Files.exists(sidecar)) {
        Files.copy(sidecar, DatabaseFile.sidecar(to, suffix));
      }
    }
  }

  /** Makes a database whose last transaction stands in a log that its dead writer left. */
  static Path createWithStaleLog(Path file, String tag) throws IOException {
    Path live = file.resolveSibling(file.getFileName() + ".live");
    create(live, JournalMode.WAL, 4096, 500, tag);
    try (Connection writer = open(live)) {
      run(writer, "INSERT INTO t(tag) VALUES ('" + tag + "')");
      copyAsLeftByCrash(live, file);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    Files.delete(live);
    return file;
  }

  /** Makes a database with a hot journal: a transaction that its dead writer left half way. */
  static Path createWithHotJournal(Path file, String tag) throws IOException {
    Path live = file.resolveSibling(file.getFileName() + ".live");
    create(live, JournalMode.DELETE, 4096, 500, tag);
    try (Connection writer = open(live)) {
      run(writer, "PRAGMA cache_size=5", "BEGIN", "UPDATE t SET tag = 'half'");
      copyAsLeftByCrash(live, file);
      run(writer, "ROLLBACK");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    Files.delete(live);
    return file;
  }

  /** Overwrites bytes of a file that no connection has open. */
  static void overwrite(Path file, long at, byte[] bytes) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void overwriteRandomly(Path file, long at, int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    overwrite(file, at, bytes);
  }

  static void truncate(Path file, long size) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns what is in a folder. */
  static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the names in a folder that begin with a file's name, apart from the file itself. */
  static Set<String> beside(Path file) {
    String name = String.valueOf(file.getFileName());
    return list(file.resolveSibling("")).stream()
        .map(sibling -> String.valueOf(sibling.getFileName()))
        .filter(sibling -> sibling.startsWith(name) && !sibling.equals(name))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
