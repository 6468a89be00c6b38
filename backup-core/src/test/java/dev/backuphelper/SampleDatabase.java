package dev.backuphelper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A small real SQLite database for tests. Each call opens a connection of its own and closes it.
 */
public final class SampleDatabase {
  private final Path path;

  private SampleDatabase(Path path) {
    this.path = path;
  }

  /** Creates a database with some rows, in a journal mode and a page size. */
  public static SampleDatabase create(Path path, String journalMode, int pageSize) {
    SampleDatabase database = new SampleDatabase(path);
    database.execute(
        "PRAGMA page_size=" + pageSize,
        "PRAGMA journal_mode=" + journalMode,
        "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
        "INSERT INTO item(name) VALUES ('one'), ('two'), ('three')");
    return database;
  }

  /** Creates a database in rollback-journal mode. */
  public static SampleDatabase create(Path path) {
    return create(path, "delete", 4096);
  }

  /** Returns the database at a path, which need not exist. */
  public static SampleDatabase at(Path path) {
    return new SampleDatabase(path);
  }

  /** Returns where it is. */
  public Path path() {
    return path;
  }

  /** Opens a connection. */
  public Connection open() {
    try {
      return DriverManager.getConnection("jdbc:sqlite:" + path);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Runs statements, each in a transaction of its own. */
  public void execute(String... statements) {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Returns the first column of a query, as text. */
  public List<String> query(String sql) {
    try (Connection connection = open()) {
      return query(connection, sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Returns the first column of a query on an open connection, as text. */
  public static List<String> query(Connection connection, String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Returns the names of all items. */
  public List<String> items() {
    return query("SELECT name FROM item ORDER BY id");
  }

  /** Overwrites bytes of the file; nobody has it open. */
  public void overwrite(long offset, byte[] bytes) {
    try (var channel = Files.newByteChannel(path, java.nio.file.StandardOpenOption.WRITE)) {
      channel.position(offset);
      channel.write(java.nio.ByteBuffer.wrap(bytes));
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
