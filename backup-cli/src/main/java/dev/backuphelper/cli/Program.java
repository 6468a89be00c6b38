package dev.backuphelper.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A program that a command names, looked for as the system does when it starts one: to know before
 * anything is locked or backed up that it cannot be run.
 *
 * @param found its file; empty if there is none
 * @param runnable whether that file can be run
 */
record Program(Optional<Path> found, boolean runnable) {
  private static final String DEFAULT_PATH = "/bin" + File.pathSeparator + "/usr/bin";

  /** Looks for a program with the environment and the rules of this system. */
  static Program find(String name, Map<String, String> environment) {
    boolean windows = File.separatorChar == '\\';
    String path = environment.getOrDefault(windows ? pathKey(environment) : "PATH", DEFAULT_PATH);
    List<String> endings =
        windows
            ? endings(environment.getOrDefault("PATHEXT", ".COM;.EXE;.BAT;.CMD"), name)
            : List.of("");
    return find(name, path, endings);
  }

  // Windows spells it in any case.
  private static String pathKey(Map<String, String> environment) {
    return environment.keySet().stream()
        .filter(key -> key.toUpperCase(Locale.ROOT).equals("PATH"))
        .findFirst()
        .orElse("PATH");
  }

  private static List<String> endings(String known, String name) {
    List<String> endings = new ArrayList<>(List.of(known.split(";")));
    String lower = name.toLowerCase(Locale.ROOT);
    if (endings.stream().anyMatch(ending -> lower.endsWith(ending.toLowerCase(Locale.ROOT)))) {
      endings.add(0, "");
    }
    return endings;
  }

  /**
   * Looks for a program.
   *
   * @param path the folders to look in, unless the name says where it is
   * @param endings what may stand at the end of its file's name
   */
  static Program find(String name, String path, List<String> endings) {
    Program nearest = new Program(Optional.empty(), false);
    if (name.isEmpty()) {
      return nearest;
    }
    boolean placed = name.contains("/") || name.contains(File.separator);
    for (String folder : placed ? List.of("") : List.of(path.split(File.pathSeparator, -1))) {
      for (String ending : endings) {
        Program here = at(folder, name + ending);
        if (here.runnable()) {
          return here;
        }
        if (nearest.found().isEmpty()) {
          nearest = here;
        }
      }
    }
    return nearest;
  }

  private static Program at(String folder, String name) {
    try {
      Path file = Path.of(folder).resolve(name);
      boolean there = Files.exists(file);
      return new Program(
          there ? Optional.of(file) : Optional.empty(),
          there && !Files.isDirectory(file) && Files.isExecutable(file));
    } catch (InvalidPathException impossible) {
      return new Program(Optional.empty(), false);
    }
  }

  /** Returns the words that start it: on Windows with the whole name, of a script say. */
  List<String> words(List<String> command) {
    if (File.separatorChar != '\\' || found.isEmpty()) {
      return command;
    }
    List<String> words = new ArrayList<>(command);
    words.set(0, found.get().toString());
    return words;
  }

  /** Returns why it cannot be run; empty if it can. */
  Optional<Failure> obstacle(String name) {
    if (runnable) {
      return Optional.empty();
    }
    return Optional.of(found.isPresent() ? notRunnable(name, null) : notFound(name));
  }

  /** Returns the failure of a program that is not there. */
  static Failure notFound(String name) {
    return Failure.finding(
        "COMMAND_NOT_FOUND",
        ExitCodes.COMMAND_NOT_FOUND,
        "the command does not exist: " + name,
        "Check its spelling, and the PATH; nothing was changed.");
  }

  /**
   * Returns the failure of a program that is there but cannot be run.
   *
   * @param reason why not; null when that is not known
   */
  static Failure notRunnable(String name, @Nullable String reason) {
    return Failure.finding(
        "COMMAND_NOT_RUNNABLE",
        ExitCodes.COMMAND_NOT_RUNNABLE,
        "the command cannot be run: " + name + (reason == null ? "" : ": " + reason),
        "Is it a program, and may this user run it? Nothing was changed.");
  }
}
