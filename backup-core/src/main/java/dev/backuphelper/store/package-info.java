/** The SPI of stores: places where backups are kept. Most users need only {@code LocalStore}. */
@NullMarked
package dev.backuphelper.store;

import org.jspecify.annotations.NullMarked;
