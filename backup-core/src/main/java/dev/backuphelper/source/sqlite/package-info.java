/**
 * SQLite: consistent copies of live databases, their checks, and restoring into files that others
 * have open. Most users need only {@link dev.backuphelper.source.sqlite.SqliteSource}.
 *
 * <p>One rule stands above all others here: <em>a live database, or its {@code -shm} file, is never
 * opened with Java I/O.</em> POSIX locks belong to a process and a file; closing any descriptor of
 * the file drops the locks that SQLite holds on it, and another process then writes into a running
 * transaction. Of a live database this package therefore uses file attributes (which open nothing)
 * and SQL. Only private copies are read, by {@link dev.backuphelper.source.sqlite.ImageFile}, which
 * is the one class of this package that opens database files.
 */
@NullMarked
package dev.backuphelper.source.sqlite;

import org.jspecify.annotations.NullMarked;
