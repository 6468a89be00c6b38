package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.UnknownFormatException;
import dev.backuphelper.catalog.UnusablePointerException;
import dev.backuphelper.codec.BrokenStreamException;
import dev.backuphelper.codec.CodecUnavailableException;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.LockedException;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.internal.io.Interruption;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.SourceUnreadableException;
import dev.backuphelper.store.LockHeldException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/** Turns what SPIs throw into what callers see, once, naming what was worked on. Stateless. */
public final class Failures {
  // What restores and imports are called in messages; they have other ways out.
  private static final String RESTORE = "cannot restore ";
  private static final String IMPORT = "cannot import ";
  private static final String ELSEWHERE = "use another folder.";
  private static final String SAFETY_ELSEWHERE =
      "use another folder; a restore from a store that cannot be written takes --safety-backup-dir.";

  private Failures() {}

  /** Something that may fail in an SPI. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it. */
    T run() throws IOException;
  }

  /** Does some work on {@code what}, which failures name. */
  public static <T> T translate(String what, Work<T> work) {
    try {
      return work.run();
    } catch (IOException failure) {
      throw translated(what, failure);
    }
  }

  /** Returns what callers see of a failure. */
  static BackupException translated(String what, IOException failure) {
    String message = what + ": " + reason(failure);
    if (failure instanceof LockHeldException) {
      return new LockedException(
          message, "Wait until it has ended, or give more time with --lock-timeout.", failure);
    }
    if (failure instanceof SourceBusyException) {
      return new LockedException(
          message, "Stop what uses the database, or try again later.", failure);
    }
    if (failure instanceof SourceUnreadableException) {
      return new SourceException(
          ErrorCode.SOURCE_UNREADABLE, message, "Check the path: is it the database?", failure);
    }
    if (failure instanceof CodecUnavailableException) {
      return new StorageException(
          ErrorCode.IO_FAILED,
          message,
          "Use gzip, or name a folder from which programs may be run: -DZstdTempFolder=FOLDER",
          failure);
    }
    if (failure instanceof UnknownFormatException) {
      return new CorruptBackupException(
          ErrorCode.UNSUPPORTED_FORMAT, message, "Use the version that wrote it.", failure);
    }
    if (failure instanceof UnusablePlanException unusable) {
      return new CorruptBackupException(
          ErrorCode.CORRUPT,
          message,
          "Look at the database and remove %s first, then run it again.".formatted(unusable.file()),
          failure);
    }
    if (failure instanceof UnusablePointerException) {
      return new CorruptBackupException(
          ErrorCode.CORRUPT,
          message,
          "Look whether a restore or a migration is open, then remove that file by hand.",
          failure);
    }
    if (failure instanceof MalformedDocumentException || failure instanceof BrokenStreamException) {
      return new CorruptBackupException(ErrorCode.CORRUPT, message, anotherThan(message), failure);
    }
    return storage(message, failure);
  }

  // What is imported is in no store, so that nothing here says what would be good.
  private static String anotherThan(String message) {
    return message.startsWith(IMPORT)
        ? "Copy it again from where it came; or export it again, if it verifies there."
        : "Use another backup; verify says which are good.";
  }

  private static StorageException storage(String message, IOException failure) {
    if (failure instanceof AccessDeniedException) {
      return new StorageException(
          ErrorCode.ACCESS_DENIED,
          message,
          "Give this user access, or " + elsewhere(message),
          failure);
    }
    if (Interruption.is(failure)) {
      return new StorageException(ErrorCode.INTERRUPTED, message, "Run it again.", failure);
    }
    if (isNoSpace(failure)) {
      return new StorageException(
          ErrorCode.NO_SPACE, message, "Free some space, or use another folder.", failure);
    }
    return new StorageException(ErrorCode.IO_FAILED, message, hint(message, failure), failure);
  }

  private static String elsewhere(String message) {
    return message.startsWith(RESTORE) ? SAFETY_ELSEWHERE : ELSEWHERE;
  }

  private static String hint(String message, IOException failure) {
    if (failure instanceof NoSuchFileException || failure instanceof NotDirectoryException) {
      return "Check the path, or use another folder.";
    }
    // This too the platform tells by text alone.
    if (text(failure).contains("read-only")) {
      return "Make it writable, or " + elsewhere(message);
    }
    return "Remove the cause, which may be the disk or its file system, then run it again.";
  }

  // The platform tells of a full disk by text alone.
  private static boolean isNoSpace(IOException failure) {
    String text = text(failure);
    return text.contains("no space left")
        || text.contains("disk is full")
        || text.contains("not enough space")
        || text.contains("quota exceeded");
  }

  private static String text(IOException failure) {
    return String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
  }

  /** Returns what went wrong in words for people, without what was worked on. */
  static String reason(IOException failure) {
    if (failure instanceof NoSuchFileException missing) {
      return missing.getFile() + " does not exist";
    }
    if (failure instanceof AccessDeniedException denied) {
      return "access to " + denied.getFile() + " was denied";
    }
    if (failure instanceof NotDirectoryException notDirectory) {
      return notDirectory.getFile() + " is no folder";
    }
    if (failure instanceof FileSystemException problem && problem.getReason() == null) {
      return problem.getFile() + ": " + unexplained(problem);
    }
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  private static String unexplained(FileSystemException failure) {
    if (failure instanceof FileAlreadyExistsException) {
      return "it exists already";
    }
    if (failure instanceof DirectoryNotEmptyException) {
      return "the folder is not empty";
    }
    if (failure instanceof FileSystemLoopException) {
      return "its links lead in a circle";
    }
    return "the system gave no reason";
  }
}
