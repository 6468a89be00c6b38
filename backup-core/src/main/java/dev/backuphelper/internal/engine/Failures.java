package dev.backuphelper.internal.engine;

import dev.backuphelper.catalog.UnknownFormatException;
import dev.backuphelper.error.BackupException;
import dev.backuphelper.error.CorruptBackupException;
import dev.backuphelper.error.ErrorCode;
import dev.backuphelper.error.LockedException;
import dev.backuphelper.error.SourceException;
import dev.backuphelper.error.StorageException;
import dev.backuphelper.internal.io.MalformedDocumentException;
import dev.backuphelper.source.SourceBusyException;
import dev.backuphelper.source.SourceUnreadableException;
import dev.backuphelper.store.LockHeldException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/** Turns what SPIs throw into what callers see, once, naming what was worked on. Stateless. */
public final class Failures {
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
    String message = what + ": " + message(failure);
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
    if (failure instanceof UnknownFormatException) {
      return new CorruptBackupException(
          ErrorCode.UNSUPPORTED_FORMAT, message, "Use the version that wrote it.", failure);
    }
    if (failure instanceof MalformedDocumentException) {
      return new CorruptBackupException(
          ErrorCode.CORRUPT, message, "Use another backup; verify says which are good.", failure);
    }
    return storage(message, failure);
  }

  private static StorageException storage(String message, IOException failure) {
    if (failure instanceof AccessDeniedException) {
      return new StorageException(
          ErrorCode.ACCESS_DENIED,
          message,
          "Give this user access, or use another folder.",
          failure);
    }
    if (failure instanceof ClosedByInterruptException
        || failure instanceof InterruptedIOException) {
      return new StorageException(ErrorCode.INTERRUPTED, message, null, failure);
    }
    if (isNoSpace(failure)) {
      return new StorageException(
          ErrorCode.NO_SPACE, message, "Free some space, or use another folder.", failure);
    }
    return new StorageException(ErrorCode.IO_FAILED, message, null, failure);
  }

  // The platform tells of a full disk by text alone.
  private static boolean isNoSpace(IOException failure) {
    String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("no space left")
        || text.contains("disk is full")
        || text.contains("not enough space")
        || text.contains("quota exceeded");
  }

  private static String message(IOException failure) {
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
      return problem.getFile() + ": " + failure.getClass().getSimpleName();
    }
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
