/** The operations: create, restore, verify, clean, recover, compare. Internal: no promises. */
@NullMarked
package dev.backuphelper.internal.engine;

import org.jspecify.annotations.NullMarked;
