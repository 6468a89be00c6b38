package dev.backuphelper.source.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import org.jspecify.annotations.Nullable;

/** The owner, group and mode of a file, where the file system knows them. */
final class Ownership {
  private final @Nullable PosixFileAttributes attributes;

  private Ownership(@Nullable PosixFileAttributes attributes) {
    this.attributes = attributes;
  }

  /** Returns those of a file. */
  static Ownership of(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    return new Ownership(view == null ? null : view.readAttributes());
  }

  /** Returns those that a new private file has anyway. */
  static Ownership ofNewFile() {
    return new Ownership(null);
  }

  /**
   * Gives a file the same.
   *
   * @throws IOException if that is not allowed
   */
  void giveTo(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (attributes == null || view == null) {
      return;
    }
    PosixFileAttributes present = view.readAttributes();
    if (!present.owner().equals(attributes.owner())) {
      view.setOwner(attributes.owner());
    }
    if (!present.group().equals(attributes.group())) {
      view.setGroup(attributes.group());
    }
    view.setPermissions(attributes.permissions());
  }
}
