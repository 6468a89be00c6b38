package dev.backuphelper.crash;

import dev.backuphelper.testing.ChildJvm;
import dev.backuphelper.testing.Effort;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;

/**
 * Moves money between the accounts of a database, as fast as it can, until it is killed. Their sum
 * never changes; how often was moved is in the table {@code moves}. Says {@code ready} when it
 * begins.
 */
final class Mover {
  static final int ACCOUNTS = 500;
  static final int TOTAL = ACCOUNTS * 100;

  /** Returns the sum of all accounts. */
  static final String SUM = "SELECT sum(balance) FROM account";

  private Mover() {}

  static void prepare(Path database) {
    LiveDatabase.run(
        database,
        "PRAGMA journal_mode=wal",
        "CREATE TABLE account(id INTEGER PRIMARY KEY, balance INTEGER, note TEXT)",
        "CREATE TABLE moves(n INTEGER)",
        "INSERT INTO moves VALUES (0)",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < "
            + ACCOUNTS
            + ") INSERT INTO account SELECT i, 100, hex(randomblob(200)) FROM r");
  }

  static ChildJvm start(World world, String database) {
    ChildJvm child = ChildJvm.startIn(world.scratch(), Mover.class, world.database(database));
    child.await("ready");
    return child;
  }

  @SuppressWarnings({"SystemOut", "InfiniteLoopStatement"}) // the parent waits for it, and kills it
  public static void main(String[] arguments) throws SQLException {
    Random random = new Random(Effort.SEED);
    try (Connection connection = LiveDatabase.open(Path.of(arguments[0]))) {
      LiveDatabase.run(connection, "PRAGMA busy_timeout=60000", "PRAGMA synchronous=NORMAL");
      System.out.println("ready");
      while (true) {
        int amount = random.nextInt(50);
        LiveDatabase.run(
            connection,
            "BEGIN IMMEDIATE",
            move(-amount, random.nextInt(ACCOUNTS)),
            move(amount, random.nextInt(ACCOUNTS)),
            "UPDATE moves SET n = n + 1",
            "COMMIT");
      }
    }
  }

  private static String move(int amount, int account) {
    return "UPDATE account SET balance = balance + %d WHERE id = %d".formatted(amount, account + 1);
  }
}
