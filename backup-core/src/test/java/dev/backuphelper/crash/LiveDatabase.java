package dev.backuphelper.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Real database files: how they are made, and what they hold. */
public final class LiveDatabase {
  /** All that SQLite may keep beside a database. */
  public static final List<String> SIDECARS = List.of("-wal", "-shm", "-journal");

  private static final int MANY = 10_000;

  private static final String CONTENT =
      "SELECT ifnull(group_concat(tag || ' x ' || n, ', '), 'no rows')"
          + " FROM (SELECT tag, count(*) AS n FROM t GROUP BY tag ORDER BY tag)";

  private LiveDatabase() {}

  /**
   * Makes a database with a table {@code t(id, tag, body)}; a small one of small pages.
   *
   * @param mode {@code wal} or {@code delete}
   * @return the file
   */
  public static Path make(Path file, String mode, String tag, int rows) {
    run(
        file,
        "PRAGMA page_size=" + (rows < MANY ? 512 : 4096),
        "PRAGMA journal_mode=" + mode,
        "CREATE TABLE t(id INTEGER PRIMARY KEY, tag TEXT, body BLOB)");
    fill(file, tag, rows);
    return file;
  }

  /** Gives a database other content. */
  public static void fill(Path file, String tag, int rows) {
    run(file, refill(tag, rows));
  }

  /** Returns the statements that give a database other content. */
  public static String[] refill(String tag, int rows) {
    return new String[] {
      "DELETE FROM t",
      "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < "
          + rows
          + ") INSERT INTO t(tag, body) SELECT '"
          + tag
          + "', randomblob(200) FROM r"
    };
  }

  /** Returns what a database that was filled holds, as {@link #content} tells it. */
  public static String described(String tag, int rows) {
    return "ok: " + tag + " x " + rows;
  }

  /** Returns the outcome of its full check, then each tag with the number of its rows. */
  public static String content(Path file) {
    return ask(file, "PRAGMA integrity_check") + ": " + ask(file, CONTENT);
  }

  /**
   * Returns what a database would hold if it were opened, without opening it: a journal is not
   * rolled back, no time changes. Nobody may have it open.
   */
  public static String contentUntouched(Path file) {
    try {
      Path folder = Files.createTempDirectory("looked-at-");
      Path copy = folder.resolve("copy.db");
      Files.copy(file, copy);
      for (String suffix : List.of("-wal", "-journal")) {
        Path sidecar = sidecar(file, suffix);
        if (Files.exists(sidecar)) {
          Files.copy(sidecar, sidecar(copy, suffix));
        }
      }
      String content = content(copy);
      deleteTree(folder);
      return content;
    } catch (IOException e) {
      throw new AssertionError("cannot look at " + file, e);
    }
  }

  /** Returns the path of a sidecar. */
  public static Path sidecar(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  /** Returns the sidecars that lie beside a database. */
  public static List<String> sidecars(Path file) {
    return SIDECARS.stream().filter(suffix -> Files.exists(sidecar(file, suffix))).toList();
  }

  /** Opens a connection as an application does. */
  public static Connection open(Path file) {
    try {
      return DriverManager.getConnection("jdbc:sqlite:" + file);
    } catch (SQLException e) {
      throw new AssertionError("cannot open " + file, e);
    }
  }

  /** Runs statements on a connection of their own. */
  public static void run(Path file, String... statements) {
    try (Connection connection = open(file)) {
      run(connection, statements);
    } catch (SQLException e) {
      throw new AssertionError("cannot close " + file, e);
    }
  }

  /** Runs statements. */
  public static void run(Connection connection, String... statements) {
    for (String sql : statements) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      } catch (SQLException e) {
        throw new AssertionError(sql, e);
      }
    }
  }

  /** Returns the values of the first column, joined. */
  public static String ask(Path file, String sql) {
    try (Connection connection = open(file)) {
      return ask(connection, sql);
    } catch (SQLException e) {
      throw new AssertionError("cannot close " + file, e);
    }
  }

  /** Returns the values of the first column, joined. */
  public static String ask(Connection connection, String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return String.join("|", values);
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  /**
   * Writes a last transaction that stays in the log of a WAL database, as if its writer had died
   * before it could fold the log into the file.
   */
  public static void leaveInLog(Path file, String... statements) {
    Path log = sidecar(file, "-wal");
    Path saved = file.resolveSibling("saved-log");
    Path savedMain = file.resolveSibling("saved-main");
    try {
      try (Connection writer = open(file)) {
        run(writer, "PRAGMA wal_autocheckpoint=0");
        run(writer, statements);
        Files.copy(file, savedMain);
        Files.copy(log, saved);
      }
      Files.move(savedMain, file, StandardCopyOption.REPLACE_EXISTING);
      Files.move(saved, log, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | SQLException e) {
      throw new AssertionError("cannot leave a log beside " + file, e);
    }
  }

  /** Returns the names in a folder. */
  public static SortedSet<String> names(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(entry -> String.valueOf(entry.getFileName()))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new AssertionError("cannot list " + folder, e);
    }
  }

  /** Removes a folder with all that is in it. */
  public static void deleteTree(Path folder) {
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path entry : entries.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    } catch (IOException e) {
      throw new AssertionError("cannot remove " + folder, e);
    }
  }
}
