/**
 * A guard around schema migrations: whatever happens, the databases are either migrated or exactly
 * what they were.
 */
@NullMarked
package dev.backuphelper.migration;

import org.jspecify.annotations.NullMarked;
