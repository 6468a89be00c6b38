/**
 * Consistent, verified, crash-safe backups. Most users need only {@link
 * dev.backuphelper.BackupHelper} and {@code dev.backuphelper.source.sqlite.SqliteSource}.
 */
@NullMarked
package dev.backuphelper;

import org.jspecify.annotations.NullMarked;
