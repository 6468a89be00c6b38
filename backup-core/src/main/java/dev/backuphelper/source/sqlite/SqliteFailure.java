package dev.backuphelper.source.sqlite;

import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.SourceUnreadableException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sqlite.SQLiteErrorCode;

/** SQLite's result codes, told as what a caller can do about them. */
final class SqliteFailure {
  /** How content is called that is not SQLite's. */
  static final String UNKNOWN_FORMAT =
      "in a format that SQLite does not know: encrypted, or no database at all";

  /**
   * What SQLite says when a schema names something that this process does not know, or that an
   * untrusted schema may not use. It comes with various codes, even as a malformed schema.
   */
  private static final Pattern UNKNOWN_NAME =
      Pattern.compile(
          "no such function|unknown function|no such collation sequence|no such module"
              + "|unknown tokenizer|no such tokenizer|unsafe use of|unable to validate",
          Pattern.CASE_INSENSITIVE);

  private static final String MALFORMED_SCHEMA = "malformed database schema (";
  private static final String AFTER_NAME = ") - ";

  /** The code, its meaning, and in parentheses SQLite's message. */
  private static final Pattern DRIVER_MESSAGE =
      Pattern.compile("\\[SQLITE_\\w+] .*? \\((.*)\\)", Pattern.DOTALL);

  private SqliteFailure() {}

  /** Returns the primary code, whose extended forms differ in the upper bytes alone. */
  static SQLiteErrorCode code(SQLException failure) {
    return SQLiteErrorCode.getErrorCode(failure.getErrorCode() & 0xff);
  }

  /** Tells whether others stand in the way, for now. */
  static boolean isBusy(SQLException failure) {
    SQLiteErrorCode code = code(failure);
    return code == SQLiteErrorCode.SQLITE_BUSY || code == SQLiteErrorCode.SQLITE_LOCKED;
  }

  /** Tells whether a code that the backup interface returned is of a disk, not of content. */
  static boolean isInputOutput(int code) {
    return SQLiteErrorCode.getErrorCode(code & 0xff) == SQLiteErrorCode.SQLITE_IOERR;
  }

  /** Tells whether the content is at fault: no database, or a broken one. */
  static boolean isDamage(SQLException failure) {
    return isDamage(code(failure)) && !namesUnknown(message(failure));
  }

  /** Tells whether the content is at fault: no database, or a broken one. */
  static boolean isDamage(SQLiteErrorCode code) {
    return code == SQLiteErrorCode.SQLITE_NOTADB || code == SQLiteErrorCode.SQLITE_CORRUPT;
  }

  /**
   * Tells whether a message is about a function, collation or module that is unknown here. What
   * something in the schema is called says nothing, so only what follows its name is looked at.
   */
  static boolean namesUnknown(String message) {
    String reason =
        message.startsWith(MALFORMED_SCHEMA)
            ? message.substring(message.lastIndexOf(AFTER_NAME) + AFTER_NAME.length())
            : message;
    return UNKNOWN_NAME.matcher(reason).lookingAt();
  }

  /** Returns what SQLite itself said, without what the driver puts around it. */
  static String message(SQLException failure) {
    String text = String.valueOf(failure.getMessage());
    Matcher wrapped = DRIVER_MESSAGE.matcher(text);
    return wrapped.matches() ? wrapped.group(1) : text;
  }

  /** Returns the exception to throw for a failed statement. */
  static IOException of(Path database, SQLException failure) {
    IOException translated = of(database, code(failure), message(failure));
    translated.initCause(failure);
    return translated;
  }

  /** Returns the exception to throw for a code that the backup interface returned. */
  static IOException of(Path database, int code) {
    SQLiteErrorCode known = SQLiteErrorCode.getErrorCode(code & 0xff);
    return of(database, known, known.name() + " (" + code + ")");
  }

  private static IOException of(Path database, SQLiteErrorCode code, String detail) {
    return switch (code) {
      case SQLITE_BUSY, SQLITE_LOCKED ->
          new SourceBusyException(database + " is locked by another connection");
      case SQLITE_NOTADB -> unknownFormat(database);
      case SQLITE_CORRUPT ->
          new SourceUnreadableException(database + " is damaged beyond reading: " + detail);
      case SQLITE_FULL ->
          new FileSystemException(database.toString(), null, "No space left on device");
      case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH, SQLITE_READONLY -> denied(database, detail);
      default -> new IOException("sqlite failed on " + database + ": " + detail);
    };
  }

  /**
   * Returns the exception for content that is not SQLite's. It is not called damaged: it may be
   * sound.
   */
  static SourceUnreadableException unknownFormat(Path database) {
    return SourceUnreadableException.foreign(database + " is " + UNKNOWN_FORMAT);
  }

  private static IOException denied(Path database, String detail) {
    return Files.exists(database)
        ? new AccessDeniedException(database.toString(), null, detail)
        : new NoSuchFileException(database.toString());
  }
}
