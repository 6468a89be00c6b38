package dev.backuphelper.internal.delta;

import dev.backuphelper.codec.BrokenStreamException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How a delta begins. Numbers are 32 bits without a sign, the most significant byte first.
 *
 * @param pageSize bytes in a page
 * @param pageCount pages of the whole image
 * @param changed pages that the delta holds
 * @param imageSha256 of the whole image, 32 bytes; not to be modified
 */
@SuppressWarnings("ArrayRecordComponent") // written and read at once, compared by nobody
record DeltaHead(int pageSize, int pageCount, int changed, byte[] imageSha256) {
  private static final byte[] MAGIC = "BHDELTA1".getBytes(StandardCharsets.US_ASCII);

  /** Bytes that a head has. */
  static final int SIZE = MAGIC.length + 3 * Integer.BYTES + PageHash.SIZE;

  /** Bytes that the index has for each page: its number, counted from 1, and its hash. */
  static final int ENTRY_SIZE = Integer.BYTES + PageHash.SIZE;

  byte[] bytes() {
    return ByteBuffer.allocate(SIZE)
        .put(MAGIC)
        .putInt(pageSize)
        .putInt(pageCount)
        .putInt(changed)
        .put(imageSha256)
        .array();
  }

  static DeltaHead parse(byte[] bytes) throws BrokenStreamException {
    if (bytes.length < SIZE || !Arrays.equals(MAGIC, Arrays.copyOf(bytes, MAGIC.length))) {
      throw new BrokenStreamException("it is no delta");
    }
    ByteBuffer fields = ByteBuffer.wrap(bytes).position(MAGIC.length);
    int pageSize = fields.getInt();
    int pageCount = fields.getInt();
    int changed = fields.getInt();
    if (!PageMap.isPageSize(pageSize) || changed < 0 || changed > pageCount) {
      throw new BrokenStreamException("its head is no delta's");
    }
    byte[] sha256 = new byte[PageHash.SIZE];
    fields.get(sha256);
    return new DeltaHead(pageSize, pageCount, changed, sha256);
  }

  /** Returns the bytes of the whole delta. */
  long deltaSize() {
    return SIZE + PageHash.SIZE + (long) changed * (ENTRY_SIZE + pageSize);
  }
}
