/** From the image of a database to the bytes of an artifact, and back. */
@NullMarked
package dev.backuphelper.codec;

import org.jspecify.annotations.NullMarked;
