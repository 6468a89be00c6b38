package dev.backuphelper.cli;

import dev.backuphelper.error.ErrorCode;

/** The exit codes, which are contract, and their lines in the help texts. */
final class ExitCodes {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int PARTLY = 3;
  static final int INVALID = 4;
  static final int NOT_FOUND = 5;
  static final int LOCKED = 6;
  static final int REFUSED = 7;
  static final int KEY = 9;
  static final int GUARD_FAILED = 125;
  static final int COMMAND_NOT_RUNNABLE = 126;
  static final int COMMAND_NOT_FOUND = 127;
  static final int INTERRUPTED = 130;

  static final String HEADING = "%nExit codes:%n";
  static final String HELP_DONE = "0:done";
  static final String HELP_FAILED = "1:failed";
  static final String HELP_USAGE = "2:usage; nothing named to work on";
  static final String HELP_PARTLY = "3:partly done, or done with a finding that the message names";
  static final String HELP_INVALID =
      "4:verification failed: corrupt, tampered with, incomplete, or outside the limits";
  static final String HELP_NOT_FOUND = "5:a backup or source that was named is not there";
  static final String HELP_NOTHING = "5:not found; nothing to verify";
  static final String HELP_LOCKED = "6:locked or in use by another process";
  static final String HELP_REFUSED = "7:refused by a safety rule, or declined";
  static final String HELP_KEY = "9:key or passphrase missing or wrong";
  static final String HELP_INTERRUPTED =
      "130, 143:interrupted; what was published before stays good";
  static final String HELP_GUARD =
      "125, 126, 127, 129:of guard alone, which otherwise ends as the command that it ran";

  private ExitCodes() {}

  /** Returns the exit code of a failure. */
  static int of(ErrorCode code) {
    return switch (code) {
      case INVALID_REQUEST, AMBIGUOUS -> USAGE;
      case SOURCE_NOT_FOUND, BACKUP_NOT_FOUND -> NOT_FOUND;
      // What cannot be read by this version cannot be verified by it either.
      case CORRUPT, UNSUPPORTED_FORMAT -> INVALID;
      case LOCKED -> LOCKED;
      case REFUSED -> REFUSED;
      case SOURCE_UNREADABLE,
          NO_SPACE,
          ACCESS_DENIED,
          IO_FAILED,
          RESTORE_FAILED,
          MIGRATION_FAILED ->
          FAILED;
      case KEY_UNUSABLE -> KEY;
      case INTERRUPTED -> INTERRUPTED;
    };
  }
}
