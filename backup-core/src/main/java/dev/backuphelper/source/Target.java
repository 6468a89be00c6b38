package dev.backuphelper.source;

import dev.backuphelper.model.Check;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The place that a restore writes into. Its real path was resolved once; each method checks that
 * the file is still the same one. Used by one thread, under the target's lock.
 */
public interface Target {
  /** Returns the real path: links resolved, whether or not there is a file. */
  Path path();

  /**
   * Looks at what is there.
   *
   * @param patience how long to wait for others that lock the database
   * @throws SourceBusyException if it stayed locked
   * @throws IOException if it cannot be looked at
   */
  TargetState probe(Duration patience) throws IOException;

  /**
   * Begins a snapshot of the database that is there.
   *
   * @throws IOException as {@link Source#open}
   */
  Snapshot open(Duration patience) throws IOException;

  /**
   * Returns the free bytes that {@link #write} needs on the target's file system.
   *
   * @param imageSize the size of the image in bytes
   * @throws IOException if the target cannot be looked at
   */
  long spaceNeeded(TargetState state, long imageSize) throws IOException;

  /**
   * Puts an image in place: connections that are open see it, sidecars of the old database are
   * gone, mode, owner, link and journal mode stay. All or nothing, also when the process dies, once
   * the database was opened again. What is there and cannot be read is kept beside it under the
   * name that the order gives.
   *
   * @throws SourceBusyException if the database is in use in a way that forbids it; nothing was
   *     changed
   * @throws IOException if writing failed; the old content is there, or is the next time the
   *     database is opened
   */
  Written write(WriteOrder order) throws IOException;

  /**
   * Takes away what {@link #write} installed, so that there is again what was there before:
   * nothing, an empty file, or what was moved aside.
   *
   * @param before what was there
   * @param aside where the unreadable file was moved
   * @throws IOException if that failed
   */
  void undo(TargetState before, Path aside) throws IOException;

  /**
   * Takes away the database that is there, so that there is nothing or an empty file again.
   * Connections that are open see that their content is gone. While a database is open elsewhere it
   * stays a database without tables: to remove its file would leave them with one that nobody else
   * sees.
   *
   * @param wanted {@link TargetState#MISSING} or {@link TargetState#EMPTY}
   * @param aside where a file that cannot be read is kept
   * @param patience how long to wait for others that lock the database
   * @return whether it is as wanted now; if not, it is open elsewhere and has no tables
   * @throws SourceBusyException if it stayed locked; nothing was changed
   * @throws IOException if that failed
   */
  boolean clear(TargetState wanted, Path aside, Duration patience) throws IOException;

  /**
   * Gives the database the settings back that lie outside its content: for SQLite, the journal
   * mode.
   *
   * @param facts what the manifest records
   * @param patience how long to wait for others that lock the database
   * @return whether it has them now; not while it is in use in a way that forbids it
   * @throws IOException if that failed
   */
  boolean applySettings(Map<String, Object> facts, Duration patience) throws IOException;

  /**
   * Examines the database that is there, after it was changed.
   *
   * @param former the image of its former content, whose findings are no new ones; null when there
   *     is none
   * @param patience how long to wait for others that lock the database
   * @return the checks made; one that failed is damage, or a fault that the change brought in
   * @throws IOException if it cannot be read at all
   */
  List<Check> check(@Nullable Path former, Duration patience) throws IOException;

  /**
   * Returns what tells whether the database was changed since: taken with file attributes alone.
   */
  Fingerprint fingerprint() throws IOException;

  /**
   * What to write.
   *
   * @param before what the caller found there. {@link TargetState#UNREADABLE} is believed, because
   *     a database can open and still not be readable to its end; all else is looked at again
   * @param image the verified private image
   * @param staged the name to copy to in the target's folder before moving into place
   * @param aside the name under which an unreadable file is kept
   * @param facts what the manifest records of the image, the journal mode among it
   * @param patience how long to wait for others that lock the database
   * @param progress hears how far it is
   */
  record WriteOrder(
      TargetState before,
      Path image,
      Path staged,
      Path aside,
      Map<String, Object> facts,
      Duration patience,
      Progress progress) {}

  /** How an image was put in place. */
  enum Written {
    /** A whole file, compared with the image before it got its name. */
    INSTALLED,
    /** Through the engine, into the existing file; to be verified by content. */
    WRITTEN_THROUGH
  }

  /**
   * What the file system tells of a database and its log.
   *
   * @param fileKey the identity of the file; empty when it is missing
   * @param files what it tells of each of them, be they missing
   */
  record Fingerprint(String fileKey, List<FileState> files) {
    /** Copies the list. */
    public Fingerprint {
      files = List.copyOf(files);
    }

    /** Returns names, sizes and times, comparable as text. */
    public String state() {
      return files.stream().map(FileState::text).collect(Collectors.joining(SEPARATOR));
    }

    /**
     * Tells whether a file that is there was changed outside of a span of time. One that is as it
     * was before counts as not changed.
     *
     * @param before the state before, as {@link #state} told it; empty when that is not known
     * @param from the begin of the span, in milliseconds since 1970-01-01 UTC
     * @param until its end
     */
    public boolean changedOutside(String before, long from, long until) {
      List<String> unchanged = List.of(before.split(SEPARATOR, -1));
      return files.stream()
          .filter(file -> file.changedMillis() != 0 && !unchanged.contains(file.text()))
          .anyMatch(file -> file.changedMillis() < from || file.changedMillis() > until);
    }
  }

  /**
   * What the file system tells of one file.
   *
   * @param text which it is, its size and when it was changed, comparable as text
   * @param changedMillis when it was changed, in milliseconds since 1970-01-01 UTC; 0 when missing
   */
  record FileState(String text, long changedMillis) {}

  /** What stands between the files in the text of a state. */
  String SEPARATOR = "; ";
}
