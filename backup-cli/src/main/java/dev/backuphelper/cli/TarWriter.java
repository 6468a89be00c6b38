package dev.backuphelper.cli;

import dev.backuphelper.store.FileSequence;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes files as a tar archive: always the same bytes for the same files, whoever writes it, and
 * wherever. Stateless.
 */
final class TarWriter {
  private static final int BLOCK = TarConstants.DEFAULT_RCDSIZE;
  private static final int MODE = 0100600;

  // Of a file: its header, and that of a long name with the name itself. Of the archive: its end.
  private static final long MOST_OVERHEAD = 4L * BLOCK;

  private TarWriter() {}

  /** Returns the most bytes that an archive of some files takes. */
  static long mostBytes(int files, long bytes) {
    return bytes + (files + 1) * MOST_OVERHEAD;
  }

  /** Writes an archive; leaves both open. One that could not be written to its end has none. */
  static void write(FileSequence files, OutputStream out) throws IOException {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, StandardCharsets.US_ASCII.name());
    // The library would write long names under the name of this user.
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_TRUNCATE);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
    for (Optional<FileSequence.Entry> next = files.next(); next.isPresent(); next = files.next()) {
      write(next.get(), tar);
    }
    tar.finish();
    tar.flush();
  }

  private static void write(FileSequence.Entry file, TarArchiveOutputStream tar)
      throws IOException {
    byte[] name = file.name().getBytes(StandardCharsets.US_ASCII);
    if (name.length > TarConstants.NAMELEN) {
      TarArchiveEntry longName =
          entry(
              new TarArchiveEntry(TarConstants.GNU_LONGLINK, TarConstants.LF_GNUTYPE_LONGNAME),
              file);
      longName.setSize(name.length + 1L);
      tar.putArchiveEntry(longName);
      tar.write(name);
      tar.write(0);
      tar.closeArchiveEntry();
    }
    TarArchiveEntry entry = entry(new TarArchiveEntry(file.name()), file);
    entry.setSize(file.size());
    tar.putArchiveEntry(entry);
    file.content().transferTo(tar);
    tar.closeArchiveEntry();
  }

  private static TarArchiveEntry entry(TarArchiveEntry entry, FileSequence.Entry file) {
    entry.setMode(MODE);
    entry.setIds(0, 0);
    entry.setNames("", "");
    entry.setModTime(FileTime.from(file.modified().truncatedTo(ChronoUnit.SECONDS)));
    return entry;
  }
}
