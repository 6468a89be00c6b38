/**
 * What the library throws: one unchecked root, one small subclass for each thing a caller can do.
 */
@NullMarked
package dev.backuphelper.error;

import org.jspecify.annotations.NullMarked;
