package dev.backuphelper.cli;

import dev.backuphelper.codec.BrokenStreamException;
import dev.backuphelper.codec.CodecUnavailableException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an archive, inflated. Tells bytes that are no sound stream from those that cannot be
 * read. Used by one thread.
 */
final class ArchiveInput extends InputStream {
  private static final int BUFFER_SIZE = 1 << 16;

  private final Raw raw;
  private final InputStream buffered;
  private final ArchiveFormat format;
  private final InputStream inflated;

  /** Begins; how the archive is compressed is told by its first bytes. */
  ArchiveInput(InputStream in) throws IOException {
    raw = new Raw(in);
    buffered = new BufferedInputStream(raw, BUFFER_SIZE);
    buffered.mark(ArchiveFormat.MAGIC_BYTES);
    format = ArchiveFormat.ofContent(buffered.readNBytes(ArchiveFormat.MAGIC_BYTES));
    buffered.reset();
    try {
      inflated = format.inflate(buffered);
    } catch (IOException broken) {
      throw told(broken);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      int count = inflated.read(buffer, offset, length);
      if (count < 0 && buffered.read() >= 0) {
        throw new IOException("something follows its end");
      }
      return count;
    } catch (IOException broken) {
      throw told(broken);
    }
  }

  private IOException told(IOException broken) {
    if (raw.failure != null) {
      return raw.failure;
    }
    return broken instanceof CodecUnavailableException
        ? broken
        : new BrokenStreamException(
            "it cannot be inflated as %s: %s".formatted(format.compression(), reason(broken)),
            broken);
  }

  // The libraries say it each in its own way, or not at all.
  private String reason(IOException broken) {
    if (raw.ended) {
      return "it is cut off";
    }
    String message = broken.getMessage();
    return message == null ? "it is damaged" : message;
  }

  @Override
  public void close() throws IOException {
    inflated.close();
  }

  /** Remembers that it ended, or why it could not be read. */
  private static final class Raw extends FilterInputStream {
    private @Nullable IOException failure;
    private boolean ended;

    Raw(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        int count = in.read(buffer, offset, length);
        ended |= count < 0;
        return count;
      } catch (IOException unreadable) {
        failure = unreadable;
        throw unreadable;
      }
    }
  }
}
