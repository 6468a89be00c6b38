package dev.backuphelper.internal.io;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has a file open, as far as Linux tells: processes of other users hide it, other systems do
 * not say. Links below {@code /proc} are asked for attributes; nothing is opened.
 */
public final class OpenFiles {
  private static final Path PROC = Path.of("/proc");

  private OpenFiles() {}

  /** Returns the ids of processes that have a file open, our own included. */
  public static List<String> users(Path file) throws IOException {
    Object key = key(file);
    List<String> users = new ArrayList<>();
    if (key == null || !Files.isDirectory(PROC.resolve("self/fd"))) {
      return users;
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (hasOpen(process, key)) {
          users.add(String.valueOf(process.getFileName()));
        }
      }
    }
    return users;
  }

  private static @Nullable Object key(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException missing) {
      return null;
    }
  }

  /** A process may end, or hide its files, while we look: then it has none. */
  private static boolean hasOpen(Path process, Object key) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (leadsTo(descriptor, key)) {
          return true;
        }
      }
      return false;
    } catch (IOException | DirectoryIteratorException e) {
      return false;
    }
  }

  private static boolean leadsTo(Path descriptor, Object key) {
    try {
      // Pipes and sockets are spelt pipe:[1] and have no path.
      return Files.readSymbolicLink(descriptor).isAbsolute()
          && key.equals(Files.readAttributes(descriptor, BasicFileAttributes.class).fileKey());
    } catch (IOException e) {
      return false;
    }
  }
}
