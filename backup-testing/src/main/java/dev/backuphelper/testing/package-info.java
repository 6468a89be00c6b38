/** What tests of several modules share: processes, disks, how much is tried. */
@NullMarked
package dev.backuphelper.testing;

import org.jspecify.annotations.NullMarked;
