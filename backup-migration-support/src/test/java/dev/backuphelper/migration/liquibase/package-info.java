@NullMarked
package dev.backuphelper.migration.liquibase;

import org.jspecify.annotations.NullMarked;
