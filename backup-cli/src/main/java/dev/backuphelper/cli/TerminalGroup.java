package dev.backuphelper.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The group of processes that a process belongs to, and the one that the keys of its terminal
 * reach.
 *
 * @param group its group
 * @param foreground the group that Ctrl-C reaches; -1 without a terminal
 */
record TerminalGroup(long group, long foreground) {
  // The fields after the name of the program, which is in parentheses and may hold any others.
  private static final int GROUP = 2;
  private static final int FOREGROUND = 5;

  /** Reads the line that Linux gives of a process. */
  static TerminalGroup parse(String line) {
    String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ");
    return new TerminalGroup(Long.parseLong(fields[GROUP]), Long.parseLong(fields[FOREGROUND]));
  }

  /** Returns that of a process; empty where no file tells it. */
  static Optional<TerminalGroup> of(ProcessHandle process) {
    try {
      return Optional.of(
          parse(Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"))));
    } catch (IOException | RuntimeException unknown) {
      return Optional.empty();
    }
  }

  /** Tells whether a key that reached this process reached another as well. */
  boolean sharesKeysWith(TerminalGroup other) {
    return group == foreground && other.group == group;
  }
}
