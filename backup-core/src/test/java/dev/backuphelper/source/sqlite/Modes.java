package dev.backuphelper.source.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Modes of files, where the file system knows them; elsewhere nothing is set and all is well. */
final class Modes {
  private Modes() {}

  static void set(Path file, String mode) throws IOException {
    if (known(file)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
  }

  static void assertMode(Path file, String mode) throws IOException {
    if (known(file)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo(mode);
    }
  }

  private static boolean known(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /**
   * Tells whether modes keep this process out: they do not keep out root, unless it gave up the
   * capabilities for that.
   */
  static boolean bindUs(Path folder) throws IOException {
    Path closed = Files.createTempFile(folder, "closed", "");
    set(closed, "---------");
    boolean readable = Files.isReadable(closed);
    Files.delete(closed);
    return !readable;
  }
}
