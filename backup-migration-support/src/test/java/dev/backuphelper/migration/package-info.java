@NullMarked
package dev.backuphelper.migration;

import org.jspecify.annotations.NullMarked;
