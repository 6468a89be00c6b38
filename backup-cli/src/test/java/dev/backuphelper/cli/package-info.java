/** Tests of the command line, against the real library and real databases. */
@NullMarked
package dev.backuphelper.cli;

import org.jspecify.annotations.NullMarked;
