package dev.backuphelper.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is checked out where the command runs, read from git's own files: starting git would cost
 * more time than a small backup.
 *
 * @param commit the commit; null when there is none, or it cannot be told
 * @param branch the branch; null when there is none, or HEAD is detached
 */
record GitCheckout(@Nullable String commit, @Nullable String branch) {
  private static final GitCheckout NONE = new GitCheckout(null, null);
  private static final Pattern OBJECT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final int LINE_LIMIT = 1 << 13;
  private static final int PACKED_LIMIT = 1 << 24;
  private static final String BRANCHES = "refs/heads/";

  /** Returns what is checked out in a folder. */
  static GitCheckout of(Path folder) {
    try {
      Path git = gitFolder(folder.toAbsolutePath());
      return git == null ? NONE : read(git);
    } catch (IOException | InvalidPathException unreadable) {
      return NONE;
    }
  }

  private static GitCheckout read(Path git) throws IOException {
    String head = firstLine(git.resolve("HEAD"));
    if (!head.startsWith("ref: ")) {
      return new GitCheckout(object(head).orElse(null), null);
    }
    String name = head.substring("ref: ".length());
    String branch = name.startsWith(BRANCHES) ? name.substring(BRANCHES.length()) : null;
    return new GitCheckout(resolve(commonFolder(git), name).orElse(null), branch);
  }

  private static @Nullable Path gitFolder(Path folder) throws IOException {
    for (Path place = folder; place != null; place = place.getParent()) {
      Path git = place.resolve(".git");
      if (Files.isDirectory(git)) {
        return git;
      }
      // Of a worktree or a submodule it is a file that says where the folder is.
      if (Files.isRegularFile(git)) {
        return place.resolve(firstLine(git).replaceFirst("^gitdir: ", ""));
      }
    }
    return null;
  }

  private static Path commonFolder(Path git) throws IOException {
    Path common = git.resolve("commondir");
    return Files.isRegularFile(common) ? git.resolve(firstLine(common)) : git;
  }

  private static Optional<String> resolve(Path git, String name) throws IOException {
    Path loose = git.resolve(name).normalize();
    if (loose.startsWith(git.normalize()) && Files.isRegularFile(loose)) {
      return object(firstLine(loose));
    }
    Path packed = git.resolve("packed-refs");
    if (!Files.isRegularFile(packed)) {
      return Optional.empty();
    }
    return read(packed, PACKED_LIMIT)
        .lines()
        .filter(line -> line.endsWith(" " + name))
        .findFirst()
        .flatMap(line -> object(line.substring(0, line.indexOf(' '))));
  }

  private static Optional<String> object(String text) {
    return Optional.of(text).filter(OBJECT.asMatchPredicate());
  }

  private static String firstLine(Path file) throws IOException {
    return read(file, LINE_LIMIT).lines().findFirst().orElse("").strip();
  }

  // Whatever has the name of one of git's files, be it a pipe: it costs no backup.
  private static String read(Path file, int limit) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "no regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(limit), StandardCharsets.UTF_8);
    }
  }
}
