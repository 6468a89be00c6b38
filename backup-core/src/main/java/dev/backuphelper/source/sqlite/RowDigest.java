package dev.backuphelper.source.sqlite;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * All rows of a table as one value that does not depend on their order: the sum of the rows'
 * SHA-256 digests. Unlike an exclusive or, a sum tells how often a row is there.
 *
 * @param rows how many rows there are
 * @param sum the four lanes of the sum
 */
record RowDigest(long rows, List<Long> sum) {
  private static final int LANES = 4;
  private static final int NULL = 0;
  private static final int INTEGER = 1;
  private static final int REAL = 2;
  private static final int TEXT = 3;
  private static final int BLOB = 4;

  RowDigest {
    sum = List.copyOf(sum);
  }

  /** Reads all rows of a result. */
  static RowDigest of(ResultSet rows, int columns) throws SQLException {
    MessageDigest digest = sha256();
    long count = 0;
    long[] lanes = new long[LANES];
    while (rows.next()) {
      count++;
      for (int column = 1; column <= columns; column++) {
        update(digest, rows, column);
      }
      ByteBuffer row = ByteBuffer.wrap(digest.digest());
      for (int lane = 0; lane < LANES; lane++) {
        lanes[lane] += row.getLong();
      }
    }
    return new RowDigest(count, List.of(lanes[0], lanes[1], lanes[2], lanes[3]));
  }

  private static void update(MessageDigest digest, ResultSet rows, int column) throws SQLException {
    Object value = rows.getObject(column);
    if (value == null) {
      digest.update((byte) NULL);
    } else if (value instanceof Double real) {
      update(digest, REAL, Double.doubleToRawLongBits(real));
    } else if (value instanceof Number integer) {
      update(digest, INTEGER, integer.longValue());
    } else {
      // A text's own bytes: as a string, two broken ones might look alike.
      byte[] bytes = rows.getBytes(column);
      update(digest, value instanceof byte[] ? BLOB : TEXT, bytes.length);
      digest.update(bytes);
    }
  }

  private static void update(MessageDigest digest, int type, long number) {
    digest.update(ByteBuffer.allocate(1 + Long.BYTES).put((byte) type).putLong(number).flip());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
