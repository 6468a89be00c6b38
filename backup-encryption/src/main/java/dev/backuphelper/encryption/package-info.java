/** Encrypts backups with Google Tink. */
@NullMarked
package dev.backuphelper.encryption;

import org.jspecify.annotations.NullMarked;
