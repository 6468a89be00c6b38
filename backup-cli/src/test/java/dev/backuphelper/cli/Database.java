package dev.backuphelper.cli;

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

/** Real databases for tests. */
final class Database {
  private Database() {}

  /** Creates a database with a table of ten notes. */
  static Path create(Path file) {
    execute(
        file,
        "create table note (id integer primary key, text text not null)",
        "insert into note (text) with recursive n(i) as"
            + " (select 1 union all select i + 1 from n where i < 10) select 'note ' || i from n");
    return file;
  }

  /** Creates a database that can be read but fails its checks. */
  static Path createDamaged(Path file) {
    execute(
        file,
        "create table account (owner text)",
        "insert into account values (null)",
        "pragma writable_schema = on",
        "update sqlite_schema set sql = 'create table account (owner text not null)'");
    return file;
  }

  /** Executes statements over one connection. */
  static void execute(Path file, String... statements) {
    try (Connection connection = connect(file);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  /** Returns how many notes there are. */
  static int notes(Path file) {
    return rows(file, "note");
  }

  /** Returns how many rows a table has. */
  static int rows(Path file, String table) {
    try (Connection connection = connect(file);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from " + table)) {
      return rows.getInt(1);
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  /** Opens a connection. */
  static Connection connect(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  /** Flips one bit in the middle of a file that nobody uses. */
  static void flipBit(Path file) throws IOException {
    long middle = Files.size(file) / 2;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, middle);
      channel.write(ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 1)}), middle);
    }
  }
}
