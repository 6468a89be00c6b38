package dev.backuphelper.source.sqlite;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The first 100 bytes of a database file, as SQLite's file format describes them.
 *
 * @param pageSize bytes in a page
 * @param pageCount pages in the database as the header tells, 0 when that field is not valid
 * @param wal whether the file asks for a write-ahead log
 * @param userVersion the application's version number
 * @param applicationId the application's mark
 */
record Header(int pageSize, long pageCount, boolean wal, int userVersion, long applicationId) {
  /** Bytes that a header has. */
  static final int SIZE = 100;

  /** Where the versions for writing and reading stand: 1 for a rollback journal, 2 for a log. */
  static final int JOURNAL_VERSIONS = 18;

  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
  private static final int PAGE_SIZE = 16;
  private static final int CHANGE_COUNTER = 24;
  private static final int PAGE_COUNT = 28;
  private static final int USER_VERSION = 60;
  private static final int APPLICATION_ID = 68;
  private static final int VERSION_VALID_FOR = 92;
  private static final int SMALLEST_PAGE = 512;
  private static final int LARGEST_PAGE = 65536;

  /** Returns the header that stands in these bytes; empty when they are none. */
  static Optional<Header> parse(byte[] bytes) {
    if (bytes.length < SIZE || !Arrays.equals(MAGIC, Arrays.copyOf(bytes, MAGIC.length))) {
      return Optional.empty();
    }
    ByteBuffer fields = ByteBuffer.wrap(bytes);
    int pageSize = pageSize(Short.toUnsignedInt(fields.getShort(PAGE_SIZE)));
    if (pageSize == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Header(
            pageSize,
            pageCount(fields),
            fields.get(JOURNAL_VERSIONS) == 2,
            fields.getInt(USER_VERSION),
            Integer.toUnsignedLong(fields.getInt(APPLICATION_ID))));
  }

  /** 65536 does not fit into two bytes and is spelt 1. */
  private static int pageSize(int field) {
    int size = field == 1 ? LARGEST_PAGE : field;
    return size >= SMALLEST_PAGE && Integer.bitCount(size) == 1 ? size : 0;
  }

  /** Programs older than SQLite 3.7 leave this field as it was, but not the change counter. */
  private static long pageCount(ByteBuffer fields) {
    boolean valid = fields.getInt(CHANGE_COUNTER) == fields.getInt(VERSION_VALID_FOR);
    return valid ? Integer.toUnsignedLong(fields.getInt(PAGE_COUNT)) : 0;
  }

  /** Returns the bytes of all pages that the header tells of; empty when it does not tell. */
  OptionalLong declaredSize() {
    return pageCount == 0 ? OptionalLong.empty() : OptionalLong.of(pageCount * pageSize);
  }
}
