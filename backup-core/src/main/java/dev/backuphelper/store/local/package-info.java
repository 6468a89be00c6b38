/** Stores that are folders of a local file system. */
@NullMarked
package dev.backuphelper.store.local;

import org.jspecify.annotations.NullMarked;
