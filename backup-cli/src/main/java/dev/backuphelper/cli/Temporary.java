package dev.backuphelper.cli;

import dev.backuphelper.internal.io.PrivateFiles;
import dev.backuphelper.internal.io.StagingName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A private file or folder that is gone when it is closed, or when a signal ends the process. What
 * a process that was killed left is removed when the next one is made beside it. Used by one
 * thread.
 */
final class Temporary implements AutoCloseable {
  private final Path path;
  private final Thread hook = new Thread(this::remove, "temporary");

  private Temporary(Path path) {
    this.path = path;
  }

  /** Makes an empty file in a folder. */
  static Temporary fileIn(Path folder) throws IOException {
    Temporary temporary = new Temporary(folder.resolve(StagingName.next()));
    PrivateFiles.create(temporary.path);
    return temporary.watched();
  }

  /** Makes an empty folder in another. */
  static Temporary folderIn(Path folder) throws IOException {
    Temporary temporary = new Temporary(folder.resolve(StagingName.next()));
    PrivateFiles.createDirectory(temporary.path);
    return temporary.watched();
  }

  private Temporary watched() throws IOException {
    Runtime.getRuntime().addShutdownHook(hook);
    sweep();
    return this;
  }

  // In a folder like /tmp anybody can make files of such names. Only what this user made, as the
  // new one shows, is removed: nobody else can put something in its place.
  private void sweep() throws IOException {
    UserPrincipal self = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
    try (DirectoryStream<Path> siblings =
        Files.newDirectoryStream(PrivateFiles.parent(path), ".staging-*")) {
      for (Path sibling : siblings) {
        if (StagingName.isLeftOver(String.valueOf(sibling.getFileName()))
            && Files.getOwner(sibling, LinkOption.NOFOLLOW_LINKS).equals(self)) {
          remove(sibling);
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException unreadable) {
      // The next one tries again.
    }
  }

  /** Returns where it is. */
  Path path() {
    return path;
  }

  private void remove() {
    remove(path);
  }

  private static void remove(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException gone) {
      // Removed already; or swept later.
    }
  }

  @Override
  public void close() {
    remove();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException running) {
      // The process is ending, and the hook is at work.
    }
  }
}
