package dev.backuphelper.codec;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/** Gzip with a level, which the JDK's own stream does not take. */
final class GzipEncoder extends GZIPOutputStream {
  private static final int BUFFER_SIZE = 1 << 16;

  GzipEncoder(OutputStream out, int level) throws IOException {
    super(out, BUFFER_SIZE);
    def.setLevel(level);
  }
}
