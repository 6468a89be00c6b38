/**
 * Files, locks and streams. Internal: no promise of compatibility. {@link
 * dev.backuphelper.internal.io.AtomicFile} is the only writer of documents and {@link
 * dev.backuphelper.internal.io.DirectoryLock} the only opener of lock files.
 */
@NullMarked
package dev.backuphelper.internal.io;

import org.jspecify.annotations.NullMarked;
