package dev.backuphelper.cli;

import dev.backuphelper.codec.ZstdStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;

/** How an archive is compressed: written by the end of its name, read by its first bytes. */
enum ArchiveFormat {
  /** Not at all. */
  TAR(".tar", "") {
    @Override
    OutputStream compress(OutputStream out) {
      return out;
    }

    @Override
    InputStream inflate(InputStream in) {
      return in;
    }
  },
  /** With gzip. */
  GZIP(".tar.gz", "1f8b") {
    @Override
    OutputStream compress(OutputStream out) throws IOException {
      return new GzipCompressorOutputStream(out);
    }

    @Override
    InputStream inflate(InputStream in) throws IOException {
      return GzipInput.inflate(in);
    }
  },
  /** With zstd. */
  ZSTD(".tar.zst", "28b52ffd") {
    @Override
    OutputStream compress(OutputStream out) throws IOException {
      return ZstdStream.writer(out);
    }

    @Override
    InputStream inflate(InputStream in) throws IOException {
      return ZstdStream.reader(in);
    }
  };

  /** How many bytes tell it. */
  static final int MAGIC_BYTES = 4;

  private final String suffix;
  private final String magic;

  ArchiveFormat(String suffix, String magic) {
    this.suffix = suffix;
    this.magic = magic;
  }

  /** Returns what compresses. */
  abstract OutputStream compress(OutputStream out) throws IOException;

  /**
   * Returns what inflates.
   *
   * @param in supports marks, so that nothing after the end is taken from it
   */
  abstract InputStream inflate(InputStream in) throws IOException;

  /** Returns the format of a file of that name; empty if it is not the name of an archive. */
  static Optional<ArchiveFormat> ofName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (ArchiveFormat format : values()) {
      if (lower.endsWith(format.suffix)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  /** Returns the format of what begins with these bytes. */
  static ArchiveFormat ofContent(byte[] head) {
    String begin = HexFormat.of().formatHex(head);
    for (ArchiveFormat format : List.of(GZIP, ZSTD)) {
      if (begin.startsWith(format.magic)) {
        return format;
      }
    }
    return TAR;
  }

  /** Returns the name of the compression, for messages. */
  String compression() {
    return name().toLowerCase(Locale.ROOT);
  }
}
