package dev.backuphelper.error;

/** The stable code of each failure; names never change, new ones may be added. */
public enum ErrorCode {
  /** A request, setting or argument makes no sense. */
  INVALID_REQUEST,
  /** A source that was named is not there. */
  SOURCE_NOT_FOUND,
  /** A source is there but is no database that can be read. */
  SOURCE_UNREADABLE,
  /** No backup has that id, or the store has none. */
  BACKUP_NOT_FOUND,
  /** More than one backup or group fits what was named. */
  AMBIGUOUS,
  /** A backup, or a file named as one, is corrupt, tampered with, incomplete or no database. */
  CORRUPT,
  /** A backup was written in a format that this version does not know. */
  UNSUPPORTED_FORMAT,
  /** A lock is held, or a database is in use, by somebody else. */
  LOCKED,
  /** A safety rule forbids it. */
  REFUSED,
  /** There is not enough free space. */
  NO_SPACE,
  /** The operating system refused access. */
  ACCESS_DENIED,
  /** Reading or writing failed. */
  IO_FAILED,
  /** A restore failed after it had begun to write. */
  RESTORE_FAILED,
  /** A guarded migration failed; the message says how the databases were left. */
  MIGRATION_FAILED,
  /** A key or passphrase is missing or wrong. */
  KEY_UNUSABLE,
  /** The calling thread was interrupted. */
  INTERRUPTED
}
