/**
 * Liquibase under a {@link dev.backuphelper.migration.MigrationGuard}. Most users need only {@link
 * dev.backuphelper.migration.liquibase.LiquibaseGuard}.
 *
 * <p>Needs Liquibase 4.33 or newer on the class path, which this library does not bring.
 */
@NullMarked
package dev.backuphelper.migration.liquibase;

import org.jspecify.annotations.NullMarked;
