package dev.backuphelper.event;

import org.jspecify.annotations.Nullable;

/** Something that happened while the library worked. New kinds may be added. */
public sealed interface BackupEvent {

  /** Returns what is being done: {@code create}, {@code restore}, {@code verify} and so on. */
  String operation();

  /**
   * A step was reached. Steps come in a fixed order within an operation and mark the points between
   * which a process may die.
   *
   * @param operation what is being done
   * @param step the step's name, such as {@code manifest-published}
   * @param subject what it is about: a backup id, a source's name or a path; null when it is the
   *     operation itself
   */
  record Step(String operation, String step, @Nullable String subject) implements BackupEvent {}

  /**
   * A long work went on.
   *
   * @param operation what is being done
   * @param subject what is worked on
   * @param doneBytes bytes done
   * @param totalBytes bytes in all, as far as known
   */
  record Progressed(String operation, String subject, long doneBytes, long totalBytes)
      implements BackupEvent {}

  /**
   * Something is worth knowing, though the operation goes on.
   *
   * @param operation what is being done
   * @param message what it is, in the grammar of error messages
   */
  record Warning(String operation, String message) implements BackupEvent {}
}
