package dev.backuphelper.cli;

import dev.backuphelper.codec.BrokenStreamException;
import dev.backuphelper.store.FileSequence;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipEncoding;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of a tar archive that nobody vouches for, one after another. Only what {@link
 * TarWriter} writes is accepted: regular files, with names of a store. Headers are read one by one,
 * because the library's own stream would take names, links and other headers of any size into
 * memory. Used by one thread.
 */
final class TarReader implements FileSequence {
  private static final int BLOCK = TarConstants.DEFAULT_RCDSIZE;

  private static final String NO_TAR = "it is no tar archive, or a header is damaged";

  // A name in a store has at most 200 characters; in an archive a zero follows.
  private static final int LONGEST_NAME = 201;

  // Programs fill the last record up; theirs are of this size.
  private static final int RECORD = 20 * BLOCK;
  private static final ZipEncoding LATIN_1 =
      ZipEncodingHelper.getZipEncoding(StandardCharsets.ISO_8859_1.name());

  private final InputStream in;
  private final String location;
  private final byte[] header = new byte[BLOCK];
  private @Nullable Content open;
  private boolean ended;

  /**
   * Begins.
   *
   * @param in the archive, perhaps compressed; closed with this
   * @param location where it comes from, for messages
   */
  TarReader(InputStream in, String location) throws IOException {
    this.in = new ArchiveInput(in);
    this.location = location;
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public Optional<Entry> next() throws IOException {
    if (ended) {
      return Optional.empty();
    }
    Content former = open;
    if (former != null) {
      former.finish();
    }
    TarArchiveEntry entry = readHeader();
    if (entry == null) {
      requireEnd();
      ended = true;
      return Optional.empty();
    }
    String name = entry.getName();
    if (entry.getLinkFlag() == TarConstants.LF_GNUTYPE_LONGNAME) {
      name = longName(entry.getSize());
      entry = readHeader();
      if (entry == null) {
        throw new BrokenStreamException("it ends after the name of '%s'".formatted(name));
      }
    }
    requireRegular(entry, name);
    Content content = new Content(entry.getSize(), name);
    open = content;
    Instant modified = entry.getLastModifiedTime().toInstant();
    return Optional.of(new Entry(name, entry.getSize(), modified, content));
  }

  /** Returns the next header; null if a block of zeros is there instead. */
  private @Nullable TarArchiveEntry readHeader() throws IOException {
    readFully(header, BLOCK, "a header");
    if (isZero(header, BLOCK)) {
      return null;
    }
    try {
      TarArchiveEntry entry = new TarArchiveEntry(header, LATIN_1, false);
      if (entry.isCheckSumOK()) {
        return entry;
      }
    } catch (IOException | IllegalArgumentException malformed) {
      throw new BrokenStreamException(NO_TAR, malformed);
    }
    throw new BrokenStreamException(NO_TAR);
  }

  private String longName(long size) throws IOException {
    if (size < 0 || size > LONGEST_NAME) {
      throw new BrokenStreamException("a name has %d bytes".formatted(size));
    }
    try (Content name = new Content(size, "a name")) {
      String text = new String(name.readNBytes((int) size), StandardCharsets.ISO_8859_1);
      name.finish();
      if (!text.endsWith("\0")) {
        throw new BrokenStreamException("a long name has no end");
      }
      return text.substring(0, text.length() - 1);
    }
  }

  private static void requireRegular(TarArchiveEntry entry, String name)
      throws BrokenStreamException {
    byte type = entry.getLinkFlag();
    if (type != TarConstants.LF_NORMAL && type != TarConstants.LF_OLDNORM) {
      throw new BrokenStreamException(
          "'%s' is no regular file, but of type '%c'".formatted(name, (char) (type & 0xff)));
    }
    if (entry.getSize() < 0) {
      throw new BrokenStreamException("'%s' has a negative size".formatted(name));
    }
  }

  private void requireEnd() throws IOException {
    readFully(header, BLOCK, "its end");
    byte[] rest = in.readNBytes(RECORD + 1);
    if (!isZero(header, BLOCK) || !isZero(rest, rest.length) || rest.length > RECORD) {
      throw new BrokenStreamException("something follows its end");
    }
  }

  private void readFully(byte[] buffer, int length, String what) throws IOException {
    if (in.readNBytes(buffer, 0, length) < length) {
      throw new BrokenStreamException("it is cut off: %s is missing".formatted(what));
    }
  }

  private static boolean isZero(byte[] bytes, int length) {
    for (int index = 0; index < length; index++) {
      if (bytes[index] != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** What is in a file, up to the padding after it. */
  private final class Content extends InputStream {
    private final String name;
    private final int padding;
    private long left;

    Content(long size, String name) {
      this.name = name;
      this.left = size;
      this.padding = (int) ((BLOCK - size % BLOCK) % BLOCK);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, buffer.length);
      if (length == 0) {
        return 0;
      }
      if (left == 0) {
        return -1;
      }
      int count = in.read(buffer, offset, (int) Math.min(length, left));
      if (count < 0) {
        throw new BrokenStreamException(
            "it is cut off: %d bytes of '%s' are missing".formatted(left, name));
      }
      left -= count;
      return count;
    }

    /** Reads what is left of it, and the padding. */
    void finish() throws IOException {
      transferTo(OutputStream.nullOutputStream());
      readFully(header, padding, "padding");
      if (!isZero(header, padding)) {
        throw new BrokenStreamException("something hides behind '%s'".formatted(name));
      }
    }
  }
}
