/** The SPI of sources: things to back up. Most users need only {@code SqliteSource}. */
@NullMarked
package dev.backuphelper.source;

import org.jspecify.annotations.NullMarked;
