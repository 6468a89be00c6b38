/** What the adapters share. Internal: no promises. */
@NullMarked
package dev.backuphelper.migration.internal;

import org.jspecify.annotations.NullMarked;
