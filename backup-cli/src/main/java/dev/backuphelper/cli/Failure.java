package dev.backuphelper.cli;

import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Why a command did not end with 0.
 *
 * @param code a name for programs: one of {@link ErrorCode}, or of the command line's own
 * @param exit the exit code
 * @param message lower case, naming the thing and the value
 * @param hint a sentence with the remedy; null when there is none
 * @param cause for a stack trace with {@code --verbose}; null when there is none
 */
record Failure(
    String code, int exit, String message, @Nullable String hint, @Nullable Throwable cause) {

  /** Returns the failure of a command that ended well but found something. */
  static Failure finding(String code, int exit, String message, @Nullable String hint) {
    return new Failure(code, exit, message, hint, null);
  }

  /** Returns the failure that the library reported. */
  static Failure of(BackupException failure) {
    return new Failure(
        failure.code().name(),
        ExitCodes.of(failure.code()),
        message(failure),
        failure.hint().orElse(null),
        failure);
  }

  /** Returns the failure of a command line that cannot be understood. */
  static Failure of(ParameterException usage) {
    return new Failure(
        ErrorCode.INVALID_REQUEST.name(),
        ExitCodes.USAGE,
        message(usage),
        suggestion(usage),
        usage);
  }

  /** Returns a failure that nobody foresaw. */
  static Failure unexpected(Throwable failure) {
    return new Failure(
        "INTERNAL",
        ExitCodes.FAILED,
        failure.getClass().getSimpleName() + ": " + message(failure),
        "This is a defect; run it again with --verbose, and report what it prints.",
        failure);
  }

  /** Returns this failure with a hint if it has none. */
  Failure orHint(String remedy) {
    return hint == null ? new Failure(code, exit, message, remedy, cause) : this;
  }

  /** Returns this failure with another exit code. */
  Failure withExit(int other) {
    return new Failure(code, other, message, hint, cause);
  }

  /** Returns the values of reports. */
  Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("code", code);
    map.put("message", message);
    map.put("hint", hint);
    return map;
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  private static String message(ParameterException usage) {
    if (usage instanceof UnmatchedArgumentException unmatched) {
      return kind(unmatched) + ": '" + unmatched.getUnmatched().get(0) + "'";
    }
    String message = message((Throwable) usage);
    return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
  }

  private static String kind(UnmatchedArgumentException unmatched) {
    if (unmatched.isUnknownOption()) {
      return "unknown option";
    }
    boolean root = unmatched.getCommandLine().getParent() == null;
    return root ? "unknown command" : "more arguments than expected";
  }

  private static @Nullable String suggestion(ParameterException usage) {
    if (usage instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      return "Did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
    }
    return null;
  }
}
