package dev.backuphelper.cli;

/** A signal that asks a process to end. */
enum EndingSignal {
  /** The terminal is gone. */
  HUP(1),
  /** Somebody pressed Ctrl-C. */
  INT(2),
  /** Somebody, or a system that shuts down, asked for it. */
  TERM(15);

  private final int number;

  EndingSignal(int number) {
    this.number = number;
  }

  /** Returns the exit code of a process that it ended. */
  int exit() {
    return 128 + number;
  }
}
