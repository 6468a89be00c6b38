package dev.backuphelper.cli;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** The sample database of the demo, and the migration that is tried on it. Stateless. */
final class ShopDatabase {
  /** The migration's name. */
  static final String LABEL = "orders-v42";

  private static final String NUMBERS =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)";

  private static final String[] CONTENT = {
    "PRAGMA journal_mode = WAL",
    "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE)",
    "CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT NOT NULL, cents INTEGER NOT NULL)",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY,"
        + " customer_id INTEGER NOT NULL REFERENCES customer (id), placed_on TEXT NOT NULL)",
    "CREATE TABLE order_item (order_id INTEGER NOT NULL REFERENCES orders (id),"
        + " product_id INTEGER NOT NULL REFERENCES product (id), quantity INTEGER NOT NULL)",
    "CREATE INDEX order_item_of_order ON order_item (order_id)",
    "BEGIN",
    NUMBERS.formatted(2000)
        + " INSERT INTO customer SELECT i, 'Customer ' || i, 'customer' || i || '@shop.test' FROM n",
    NUMBERS.formatted(300) + " INSERT INTO product SELECT i, 'Product ' || i, 95 + 7 * i FROM n",
    NUMBERS.formatted(6000)
        + " INSERT INTO orders SELECT i, 1 + i * 7 % 2000, date('2026-01-01', (i % 300) || ' days')"
        + " FROM n",
    NUMBERS.formatted(15000)
        + " INSERT INTO order_item SELECT 1 + i % 6000, 1 + i * 11 % 300, 1 + i % 4 FROM n",
    "COMMIT"
  };

  private ShopDatabase() {}

  /** Who hears how far the migration is. */
  @FunctionalInterface
  interface Narrator {
    /** Called after something was committed. */
    void committed(String what);
  }

  /** Makes the database. */
  static void create(Path file) throws SQLException {
    try (Connection connection = connect(file);
        Statement statement = connection.createStatement()) {
      for (String sql : CONTENT) {
        statement.execute(sql);
      }
    }
  }

  /** Opens a connection. */
  static Connection connect(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  /**
   * Migrates as nobody should: one statement after the other, each committed by itself, and the
   * last is wrong.
   *
   * @param halfWay called when half of it is committed
   */
  static void migrateBadly(Path file, Narrator narrator, Runnable halfWay) throws SQLException {
    try (Connection connection = connect(file);
        Statement statement = connection.createStatement()) {
      addInvoices(statement, narrator);
      int items = statement.executeUpdate("DELETE FROM order_item WHERE order_id % 3 = 0");
      int orders = statement.executeUpdate("DELETE FROM orders WHERE id % 3 = 0");
      narrator.committed(
          "deletes %d orders and %d of their items, by mistake".formatted(orders, items));
      halfWay.run();
      statement.executeUpdate("UPDATE orders SET total = 0");
    }
  }

  /** Migrates as it should have been. */
  static void migrate(Path file, Narrator narrator) throws SQLException {
    try (Connection connection = connect(file);
        Statement statement = connection.createStatement()) {
      addInvoices(statement, narrator);
    }
  }

  private static void addInvoices(Statement statement, Narrator narrator) throws SQLException {
    statement.execute("ALTER TABLE customer ADD COLUMN level TEXT NOT NULL DEFAULT 'new'");
    narrator.committed("adds a column to customer");
    statement.execute(
        "CREATE TABLE invoice (id INTEGER PRIMARY KEY REFERENCES orders (id), cents INTEGER)");
    int invoices =
        statement.executeUpdate(
            "INSERT INTO invoice SELECT order_id, sum(quantity * cents) FROM order_item"
                + " JOIN product ON product.id = product_id GROUP BY order_id");
    narrator.committed("makes the table invoice, with %d rows".formatted(invoices));
  }
}
