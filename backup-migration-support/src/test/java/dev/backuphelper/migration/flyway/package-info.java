@NullMarked
package dev.backuphelper.migration.flyway;

import org.jspecify.annotations.NullMarked;
