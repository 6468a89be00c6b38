/** What operations return: immutable records. */
@NullMarked
package dev.backuphelper.report;

import org.jspecify.annotations.NullMarked;
